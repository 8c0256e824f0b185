//! Mockoon's data model: load, migrate, validate.
//!
//! ```
//! use wasmock_environment::{LoadOptions, parse};
//!
//! let text = "
//! name: Hello
//! routes:
//!   - endpoint: hello/:name
//!     responses:
//!       - body: Hello {{urlParam 'name'}}
//! ";
//! let loaded = parse(text, None, &LoadOptions::default())?;
//! assert_eq!(loaded.environment.port, 3000);
//! assert_eq!(loaded.environment.routes_in_order()[0].endpoint, "hello/:name");
//! # Ok::<(), wasmock_environment::LoadError>(())
//! ```
//!
//! [`load`] reads a file (JSON or YAML, any of Mockoon's layouts, with its sidecar),
//! [`parse`] a text, [`validate`] lists everything that is wrong with one. What comes out is an
//! [`Environment`]: what the user wrote, complete and typed. Nothing here knows how it is
//! served.
#![forbid(unsafe_code)]

mod check;
mod identity;
mod inspect;
mod load;
mod locate;
mod migrate;
mod model;
mod openapi;
mod problem;
mod schema;
mod source;
mod split;

pub use inspect::BUILT_IN_PLUGINS;
pub use load::{
    LoadError, LoadOptions, Loaded, Origin, load, locate, parse, validate, validate_file,
};
pub use model::*;
pub use openapi::to_openapi;
pub use problem::{Problem, Severity, SourceFile, nearest};
pub use schema::schema;
pub use source::Format;
pub use split::split;
