#!/bin/sh
# Builds dist/faker-js.wasm. Needs Node; everything else comes from npm.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
mkdir -p build dist
npx esbuild src/plugin.js --bundle --minify --format=esm --external:'wasmock:*' --outfile=build/plugin.js
# One role: the contract has a world for it.
npx componentize-qjs --sync --wit ../../../wit --world helpers-plugin --js build/plugin.js -o dist/faker-js.wasm
