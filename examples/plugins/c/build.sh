#!/bin/sh
# Builds dist/network.wasm. The compiler (Zig's clang with wasi-libc) and wasm-tools come from
# PyPI; the generator of the bindings is built once from crates.io, so this needs Rust, too.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/wasm-tools ] || { python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt; }
[ -x .tools/bin/wit-bindgen ] || cargo install --quiet --locked --root .tools \
    --no-default-features --features c wit-bindgen-cli@0.63.0
rm -rf build && mkdir -p build dist
.tools/bin/wit-bindgen c ../../../wit --world predicate-plugin --autodrop-borrows=yes --out-dir build
# Nothing here prints or reads files, so the module imports no WASI and needs no adapter.
.venv/bin/python -m ziglang cc -target wasm32-wasi -mexec-model=reactor -Os -Wall -Wextra -Ibuild -Isrc \
    src/plugin.c src/network.c build/predicate_plugin.c build/predicate_plugin_component_type.o \
    -o build/core.wasm
.venv/bin/wasm-tools component new build/core.wasm -o dist/network.wasm
