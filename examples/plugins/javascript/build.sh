#!/bin/sh
# Builds dist/login.wasm. Needs Node; everything else comes from npm.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
# The contract, where the tools look for it: beside our world.
rm -rf build && mkdir -p build/wit/deps/plugin dist
cp world.wit build/wit/
cp ../../../wit/*.wit build/wit/deps/plugin/
cp -R ../../../wit/deps/host build/wit/deps/host
# One file with its npm dependencies; what the host provides stays an import.
npx esbuild src/plugin.js --bundle --format=esm --external:'wasmock:*' --outfile=build/plugin.js
npx componentize-qjs --sync --wit build/wit --world login --js build/plugin.js -o dist/login.wasm
