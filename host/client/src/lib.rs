//! Calls to other machines: whom they trust, and which addresses they may reach.
//!
//! Three callers share it: the server's callbacks and proxy (the certificates), plugins that
//! were granted outbound HTTP (the addresses), and fetching components (whole documents). A
//! name is looked up once, and the connection goes to an address that was checked: what a name
//! server answers later changes nothing.

pub mod address;
mod connect;
mod get;
pub mod tls;

pub use connect::{ConnectError, Stream, connect};
pub use get::{Document, FetchError, get};
