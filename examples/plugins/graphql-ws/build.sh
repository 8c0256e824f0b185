#!/bin/sh
# Builds dist/graphql-ws.wasm. Needs rustup; adds the target when it is missing.
set -eu
cd "$(dirname "$0")"
rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2
cargo build --release --target wasm32-wasip2 --target-dir ../target
mkdir -p dist
cp ../target/wasm32-wasip2/release/graphql_ws.wasm dist/graphql-ws.wasm
