//! The data file as types: Mockoon's environment, every field of it, and the `wasmock` key.
//!
//! Names are Rust's, spellings in the file are Mockoon's. Every field has Mockoon's default, so
//! a file of ten lines is complete. What the model does not know is kept in `extra` and written
//! back, so that a newer Mockoon's fields survive a round trip.
//!
//! The trade-off: fields hold what the user wrote (paths, templates, methods as text). Compiling
//! them is the server's business, so nothing here knows how a request is answered.

mod data;
mod environment;
mod extension;
mod extra;
mod method;
mod response;
mod route;
mod rule;
mod tree;

pub use data::{Callback, CallbackInvocation, DataBucket};
pub use environment::{Environment, HIGHEST_MIGRATION, Header, TlsKind, TlsOptions};
pub use extension::{
    Binary, BucketExtension, ClientMessages, ClockGrant, Close, EnvironmentExtension, Expect,
    Grants, Interval, Message, OnError, Parse, PluginReference, Queue, RandomGrant, Recipients,
    Refusal, ResponseExtension, RouteExtension, RuleExtension, Step, Timeline,
};
pub use extra::Extra;
pub use method::Method;
pub use response::{BodyType, Response, RulesOperator};
pub use route::{ResponseMode, Route, RouteType, StreamingMode};
pub use rule::{Operator, Rule, Target};
pub use tree::{ChildType, Folder, FolderChild, PlacedRoute};

/// Whether a value is its type's default: such a `wasmock` key is not written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
