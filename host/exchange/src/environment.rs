//! What a call may ask of the environment it belongs to.

use std::sync::Arc;

use wasmock_javascript::Value;

use crate::{BoxFuture, Call, Clock, Failure, Random, State, StateError, Template, TemplateError};

/// What a helper or a template does besides computing its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The value depends on the exchange.
    pub reads_exchange: bool,
    /// State or the answer may change.
    pub writes_state: bool,
    /// The value depends on chance or time.
    pub draws_random: bool,
}

/// A helper as a template sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelperInfo {
    /// The number to call it by.
    pub id: u32,
    /// What it does besides.
    pub effects: Effects,
    /// Whether it answers a list for which its block is rendered.
    pub block: bool,
}

/// A loaded environment, as plugins reach it during a call.
///
/// Methods that return futures take the [`Call`] and give it back, whatever happens. Reads
/// never wait.
pub trait Environment: Send + Sync {
    /// Variables, buckets and private state.
    fn state(&self) -> &dyn State;

    /// The time.
    fn clock(&self) -> &Clock;

    /// Chance.
    fn random(&self) -> &Random;

    /// The locale for fake data.
    fn locale(&self) -> &str {
        "en"
    }

    /// Whether clients may be told how a plugin failed: its author is at work.
    fn dev(&self) -> bool {
        false
    }

    /// An environment variable of the process, by its full name.
    fn variable(&self, name: &str) -> Option<String>;

    /// The exact id of a bucket, by id or by part of its name.
    fn find_bucket(&self, name: &str) -> Option<Arc<str>>;

    /// The name of a bucket.
    fn bucket_name(&self, id: &str) -> Option<Arc<str>> {
        let _ = id;
        None
    }

    /// What the file says about a bucket.
    fn bucket_source(&self, id: &str) -> Option<Arc<str>>;

    /// Makes sure a bucket has its first content. A bucket that needs itself is an error that
    /// names the circle.
    fn fill_bucket(&self, id: &str, call: Call) -> BoxFuture<(Call, Result<(), StateError>)>;

    /// The helper of that name.
    fn find_helper(&self, name: &str) -> Option<HelperInfo>;

    /// Calls a helper.
    fn call_helper(
        &self,
        id: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> BoxFuture<(Call, Result<Value, Failure>)>;

    /// A text as a template; the same text has the same number while it is remembered.
    fn template(&self, source: &str) -> Template;

    /// Renders a template.
    fn render(
        &self,
        template: Template,
        call: Call,
    ) -> BoxFuture<(Call, Result<String, TemplateError>)>;
}
