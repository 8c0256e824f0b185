#!/bin/sh
# Builds dist/format.wasm. Needs Node; everything else comes from npm. `build.sh wit` stops
# after putting the contract together.
set -eu
cd "$(dirname "$0")"
rm -rf build && mkdir -p build/wit/deps/plugin dist
cp world.wit build/wit/
cp ../../../wit/*.wit build/wit/deps/plugin/
cp -R ../../../wit/deps/host build/wit/deps/host
[ "${1:-}" != wit ] || exit 0
npm ci --no-audit --no-fund
npx tsc
npx esbuild src/plugin.ts --bundle --format=esm --external:'wasmock:*' --outfile=build/plugin.js
npx componentize-qjs --sync --wit build/wit --world format --js build/plugin.js -o dist/format.wasm
