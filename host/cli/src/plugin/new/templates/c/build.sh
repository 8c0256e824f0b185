#!/bin/sh
# Builds dist/__NAME__.wasm. Needs Python 3.10 or later: Zig's clang with a C library, and
# wasm-tools come from PyPI.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/wasm-tools ] || { python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt; }
mkdir -p build dist
.venv/bin/python -m ziglang cc -target wasm32-wasi -mexec-model=reactor -Os -Wall -Wextra -Ibindings \
    src/*.c bindings/__WORLD__.c bindings/__WORLD___component_type.o -o build/core.wasm
# The adapter is for what the C library takes from WASI 0.1: printf, files, clocks.
.venv/bin/wasm-tools component new build/core.wasm \
    --adapt wasi_snapshot_preview1=bindings/wasi_snapshot_preview1.reactor.wasm -o dist/__NAME__.wasm
