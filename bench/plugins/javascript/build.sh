#!/bin/sh
# Builds dist/javascript.wasm. Needs Node; everything else comes from npm.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm install --no-audit --no-fund
rm -rf build && mkdir -p build/wit/deps/plugin ../dist
cp ../world.wit build/wit/
cp ../../../wit/*.wit build/wit/deps/plugin/
cp -R ../../../wit/deps/host build/wit/deps/host
npx esbuild src/plugin.js --bundle --format=esm --external:'wasmock:*' --outfile=build/plugin.js
npx componentize-qjs --sync --wit build/wit --world bench --js build/plugin.js -o ../dist/javascript.wasm
