//! HTTP over real sockets: what needs a server but no WebAssembly.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod crud;
mod files;
mod pipeline;
mod server;
mod tls;
mod upstream;
