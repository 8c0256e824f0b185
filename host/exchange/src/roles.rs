//! The roles a plugin may have, as the server calls them.
//!
//! Every method takes a [`Call`] and gives it back with the result, also after a failure: the
//! answer in it is then what was there when the plugin stopped. The futures own what they need.
//! Once polled, a call runs to its end or its deadline even if the future is dropped.

use std::sync::Arc;

use wasmock_javascript::Value;

use crate::{BoxFuture, Call, Effects, Failure, Template, TemplateError};

/// What a role method ends with.
pub type Outcome<T, E = Failure> = BoxFuture<(Call, Result<T, E>)>;

/// Answers an exchange.
pub trait Responder: Send + Sync {
    /// Writes the answer into `call.answer`.
    fn respond(&self, call: Call) -> Outcome<()>;
}

/// Decides a rule.
pub trait Predicate: Send + Sync {
    /// Whether the rule in `call.rule` holds.
    fn test(&self, call: Call) -> Outcome<bool>;
}

/// A helper as its plugin describes it.
#[derive(Clone, Debug)]
pub struct HelperDescription {
    /// The name templates use.
    pub name: String,
    /// What it does besides computing a value.
    pub effects: Effects,
    /// Whether it answers a list for its block.
    pub block: bool,
    /// Its arguments, for people.
    pub usage: String,
    /// What it is for.
    pub about: String,
}

/// Adds helpers to templates.
pub trait Helpers: Send + Sync {
    /// The helpers, in the order of their numbers.
    fn list(&self) -> Arc<[HelperDescription]>;

    /// The value of one.
    fn call(
        &self,
        index: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> Outcome<Value>;
}

/// An event of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// A client connected, or a broadcast starts.
    Opened,
    /// The client sent the message of the exchange.
    Message,
    /// The time asked for has come.
    Tick,
    /// The client left with that code.
    Closed(u16),
}

/// A conversation, a stream or a broadcast.
pub trait Session: Send + Sync {
    /// Tells the session what happened. What it sends is in `call.answer` (`frames`, `close`);
    /// the result is in how many milliseconds it wants to be asked again. Events of one session
    /// must not overlap.
    fn event(&self, event: SessionEvent, call: Call) -> Outcome<Option<u32>>;
}

/// What is known about a template without rendering it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateSummary {
    /// The text, when it is the same every time.
    pub constant: Option<String>,
    /// What rendering does besides making text.
    pub effects: Effects,
    /// Names in helper position that nobody knows.
    pub unknown: Vec<String>,
    /// All of the template, when it is texts and look-ups and nothing more.
    pub parts: Option<Vec<Part>>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text(String),
    /// What the exchange holds at a place.
    LookUp(LookUp),
}

/// Prints what the exchange holds at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// What it reads.
    pub place: Place,
    /// The name, or the path.
    pub at: String,
    /// Whether the value is escaped.
    pub escaped: bool,
}

/// What a look-up reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A parameter of the path.
    Param,
    /// The query, by a path.
    Query,
    /// The parsed body, by a path.
    Body,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// Renders templates.
pub trait Templates: Send + Sync {
    /// Compiles a template and says what is known about it.
    fn compile(&self, template: Template, call: Call) -> Outcome<TemplateSummary, TemplateError>;

    /// Renders a template in the exchange of the call.
    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError>;
}

/// A loaded plugin, in the roles it has.
#[derive(Clone, Default)]
pub struct Roles {
    /// It answers exchanges.
    pub responder: Option<Arc<dyn Responder>>,
    /// It decides rules.
    pub predicate: Option<Arc<dyn Predicate>>,
    /// It adds helpers.
    pub helpers: Option<Arc<dyn Helpers>>,
    /// It speaks over WebSockets.
    pub session: Option<Arc<dyn Session>>,
    /// It renders templates.
    pub templates: Option<Arc<dyn Templates>>,
    /// It can be asked how it is; what is made without it is always well.
    pub health: Option<Arc<dyn Health>>,
}

/// How a plugin is.
pub trait Health: Send + Sync {
    /// Why it is not asked at the moment, if so: its instances do not start. Never waits.
    fn trouble(&self) -> Option<String>;
}

impl std::fmt::Debug for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let roles = [
            ("responder", self.responder.is_some()),
            ("predicate", self.predicate.is_some()),
            ("helpers", self.helpers.is_some()),
            ("session", self.session.is_some()),
            ("templates", self.templates.is_some()),
        ];
        f.debug_list()
            .entries(roles.iter().filter(|(_, has)| *has).map(|(name, _)| name))
            .finish()
    }
}
