//! What the tests against the built binary share: starting it, talking to it over raw
//! sockets, and comparing what it answers with what Mockoon answered.
//!
//! Nothing here knows the host crates. A test that needs a server says
//! [`server::Server::start`], one that needs bytes on the wire says [`http::talk`] or
//! [`websocket::Socket::open`]; the parity cases go through [`parity::group`].
//! The binary is `$WASMOCK_BIN`, or the one that cargo built beside the test.

// The tests are clients: they live in real time, and there is no host state to ask.
#![allow(clippy::disallowed_methods)]

pub mod case;
pub mod expand;
pub mod http;
pub mod judge;
pub mod mock;
pub mod parity;
pub mod run;
pub mod server;
pub mod upstream;
pub mod websocket;
