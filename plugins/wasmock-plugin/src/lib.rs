//! Write plugins for wasmock in Rust.
//!
//! A responder is a function, a predicate is a function, helpers are a table, a session is a
//! struct. [`export!`] turns them into a component that exports exactly the roles it names.
//! What a plugin may ask of the host are the modules here, plain functions about the call in
//! progress: [`exchange`], [`answer`], [`rule`], [`variables`], [`buckets`] and so on.
//!
//! The trade-off: the bindings are generated from the repository's `wit/` when this crate is
//! compiled, so a plugin fits the contract of the checkout it is built with.
//!
//! ```
//! use wasmock_plugin::{Arguments, Helper, Result, Value, exchange};
//!
//! fn greet() -> Result<String> {
//!     Ok(format!("You asked for {}", exchange::path()))
//! }
//!
//! fn shout(arguments: &Arguments) -> Result<Value> {
//!     Ok(arguments.text(0).to_uppercase().into())
//! }
//!
//! static HELPERS: &[Helper] = &[Helper::new("shout", "text", "A text in capitals.", shout)];
//!
//! wasmock_plugin::export! {
//!     responder: greet,
//!     helpers: HELPERS,
//! }
//! # fn main() {}
//! ```

mod bindings;
mod error;
mod export;
mod helper;
mod lifecycle;
mod respond;
#[cfg(feature = "json")]
mod session;
mod templates;
mod value;

pub use bindings::host::wasmock::host::types::{Effects, Failure, Frame, Value};
pub use bindings::host::wasmock::host::{
    answer, buckets, clock, configuration, documents, exchange, helpers, log, private_state,
    random, rule, session_state, variables,
};
pub use error::{Error, Result};
pub use helper::{Arguments, Helper};
pub use lifecycle::Lifecycle;
pub use respond::IntoAnswer;
#[cfg(feature = "json")]
pub use respond::Json;
#[cfg(feature = "json")]
pub use session::{Event, Session};
pub use templates::{LookUp, Part, Place, Summary, TemplateError, Templates};

/// Rendering texts as templates.
pub use bindings::host::wasmock::host::templates as rendering;

#[doc(hidden)]
pub mod __private {
    //! What [`export!`](crate::export) expands to; no part of the interface.

    pub use crate::bindings::{helpers, lifecycle, predicate, responder, session, templates};
    pub use crate::helper::{call, list};
    #[cfg(feature = "json")]
    pub use crate::session::drive;

    /// Stands where a component's exports would be on other targets.
    pub const fn unused<T>() {}
}
