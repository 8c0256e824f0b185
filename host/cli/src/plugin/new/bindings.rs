//! C's half of the contract, as `wit-bindgen c` writes it, and the adapter for WASI 0.1.
//!
//! They are generated once per contract (`cargo xtask generate`) and travel compressed in the
//! binary, so that an author of C needs neither Rust nor the minutes it takes to build the
//! generator. The adapter, for what the C library takes from WASI 0.1, is wasmtime's own.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::plugin::arguments::Role;

macro_rules! bindings {
    ($($name:literal),*) => {
        &[$((
            concat!("bindings/", $name),
            include_bytes!(concat!("templates/c/bindings/", $name, ".gz")).as_slice(),
        )),*]
    };
}

type Compressed = (&'static str, &'static [u8]);

const ADAPTER: &[Compressed] = bindings!("wasi_snapshot_preview1.reactor.wasm");
const RESPONDER: &[Compressed] = bindings!(
    "responder_plugin.c",
    "responder_plugin.h",
    "responder_plugin_component_type.o"
);
const PREDICATE: &[Compressed] = bindings!(
    "predicate_plugin.c",
    "predicate_plugin.h",
    "predicate_plugin_component_type.o"
);
const HELPERS: &[Compressed] = bindings!(
    "helpers_plugin.c",
    "helpers_plugin.h",
    "helpers_plugin_component_type.o"
);
const SESSION: &[Compressed] = bindings!(
    "session_plugin.c",
    "session_plugin.h",
    "session_plugin_component_type.o"
);

/// The files of a role's bindings by their path in the project.
pub(super) fn for_c(role: Role) -> Result<Vec<(String, Vec<u8>)>, String> {
    let generated = match role {
        Role::Responder => RESPONDER,
        Role::Predicate => PREDICATE,
        Role::Helpers => HELPERS,
        Role::Session => SESSION,
    };
    let unpacked = generated.iter().chain(ADAPTER).map(|(path, compressed)| {
        let mut bytes = Vec::new();
        GzDecoder::new(*compressed).read_to_end(&mut bytes)?;
        Ok(((*path).to_owned(), bytes))
    });
    unpacked
        .collect::<std::io::Result<_>>()
        .map_err(|error| format!("this wasmock is damaged: {error}"))
}
