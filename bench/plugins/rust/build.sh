#!/bin/sh
# Builds dist/rust.wasm.
set -eu
cd "$(dirname "$0")"
cargo build --quiet --release --target wasm32-wasip2 --target-dir ../target
mkdir -p ../dist
cp ../target/wasm32-wasip2/release/bench_rust.wasm ../dist/rust.wasm
