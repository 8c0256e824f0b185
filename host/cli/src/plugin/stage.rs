//! The environment of a trial: state, clock and chance of its own, and the helpers and templates
//! of a mock without routes.

use std::sync::Arc;

use wasmock_exchange::{
    BoxFuture, Call, Clock, Environment, Failure, HelperInfo, Random, State, StateError, Template,
    TemplateError,
};
use wasmock_javascript::Value;

use super::state::Recorded;

/// What a plugin on trial reaches.
pub(crate) struct Stage {
    /// Where helpers and templates come from.
    pub(crate) mock: Arc<dyn Environment>,
    pub(crate) state: Recorded,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    /// The ids of the buckets, which are also their names.
    pub(crate) buckets: Vec<Arc<str>>,
}

impl Environment for Stage {
    fn state(&self) -> &dyn State {
        &self.state
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn random(&self) -> &Random {
        &self.random
    }

    fn dev(&self) -> bool {
        true
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.mock.variable(name)
    }

    fn find_bucket(&self, name: &str) -> Option<Arc<str>> {
        let exact = self.buckets.iter().find(|id| ***id == *name);
        let part = || {
            let name = name.to_lowercase();
            self.buckets
                .iter()
                .find(|id| id.to_lowercase().contains(&name))
        };
        exact.or_else(part).cloned()
    }

    fn bucket_source(&self, id: &str) -> Option<Arc<str>> {
        let entry = self.state.get(wasmock_exchange::Space::Bucket, id)?;
        Some(entry.document.text().clone())
    }

    fn fill_bucket(&self, _id: &str, call: Call) -> BoxFuture<(Call, Result<(), StateError>)> {
        // All of them were filled before.
        Box::pin(std::future::ready((call, Ok(()))))
    }

    fn find_helper(&self, name: &str) -> Option<HelperInfo> {
        self.mock.find_helper(name)
    }

    fn call_helper(
        &self,
        id: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> BoxFuture<(Call, Result<Value, Failure>)> {
        self.mock.call_helper(id, arguments, named, call)
    }

    fn template(&self, source: &str) -> Template {
        self.mock.template(source)
    }

    fn render(
        &self,
        template: Template,
        call: Call,
    ) -> BoxFuture<(Call, Result<String, TemplateError>)> {
        self.mock.render(template, call)
    }
}
