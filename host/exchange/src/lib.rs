//! What server and plugins agree on: the exchange, its answer, state, clock, random, and the
//! traits that roles of plugins implement.
//!
//! This crate names neither hyper nor wasmtime. The server calls the traits of [`roles`]; the
//! sandbox implements them; tests may implement them natively. A [`Call`] carries everything a
//! plugin may ask about and comes back from every role, so the answer in progress is never
//! shared and never locked.

mod answer;
mod call;
mod clock;
mod document;
mod environment;
mod exchange;
mod failure;
pub mod limits;
mod print;
mod random;
mod rights;
pub mod roles;
mod state;
mod template;
mod zones;

pub use answer::{Answer, Body, Close};
pub use call::{Budget, Call, CallFacts, RuleFacts, SessionState, Usage};
pub use clock::Clock;
pub use document::Document;
pub use environment::{Effects, Environment, HelperInfo};
pub use exchange::{Exchange, Frame, Kind, NoExchange};
pub use failure::{Failure, FailureKind};
pub use print::Print;
pub use random::Random;
pub use rights::{Access, Right, Rights};
pub use state::{Entry, MemoryState, Operation, Space, State, StateError, Updated};
pub use template::{Compiled, Template, TemplateError, unique_id};

/// A boxed future that owns everything it needs; what asynchronous trait methods return.
pub type BoxFuture<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;
