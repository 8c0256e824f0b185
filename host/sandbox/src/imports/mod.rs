//! What guests may ask: one file an interface of `wit/deps/host`. Each is a thin translation to
//! the call in progress; none waits, except state, helpers and templates.

mod answer;
mod configuration;
mod documents;
mod exchange;
mod files;
mod helpers;
mod log;
mod outbound;
mod rule;
mod state;

pub(crate) use log::Lines;
pub(crate) use outbound::Outbound;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::Plugin;
use crate::guest::Guest;

/// Links everything: our interfaces and all of WASI, with nothing granted behind it.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    files::watch(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    Plugin::add_to_linker::<Guest, HasSelf<Guest>>(linker, |guest| guest)
}
