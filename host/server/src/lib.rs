//! The server: an environment, compiled and answering over HTTP and WebSocket.
//!
//! A [`Site`] is one environment being served across reloads; [`serve`] answers on a
//! [`Listener`]. What to answer is decided by the mock (routes, rules) and made by plugins, which
//! are reached only through the traits of `wasmock-exchange`: this crate does not know that they
//! are WebAssembly.
#![forbid(unsafe_code)]

/// An error in the log, with the names of the environment as Mockoon's lines have them.
macro_rules! site_error {
    ($site:expr, $($rest:tt)+) => {{
        let mock = $site.mock();
        tracing::error!(
            environmentName = mock.source.name,
            environmentUUID = mock.source.uuid,
            $($rest)+
        );
    }};
}

mod admin;
mod body;
mod callbacks;
mod crud;
mod error;
mod files;
mod headers;
mod http;
mod journal;
mod mock;
mod options;
mod outbound;
mod plugins;
mod proxy;
mod redirect;
mod router;
mod rules;
mod scheduler;
mod site;
mod tls;
mod ws;

pub use error::Error;
pub use http::{Listener, serve};
pub use options::{AdminOptions, Options};
pub use plugins::Plugin;
pub use site::Site;
pub use ws::ClientInfo;
