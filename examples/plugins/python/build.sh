#!/bin/sh
# Builds dist/report.wasm. Needs Python 3.10 or later; everything else comes from PyPI.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/componentize-py ] || { python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt; }
# The contract, where the tools look for it: beside our world.
rm -rf build && mkdir -p build/wit/deps/plugin dist
cp world.wit build/wit/
cp ../../../wit/*.wit build/wit/deps/plugin/
cp -R ../../../wit/deps/host build/wit/deps/host
# For editors and type checkers; the build itself makes its own.
.venv/bin/componentize-py -d build/wit -w report bindings build/stubs
.venv/bin/componentize-py -d build/wit -w report componentize -p src plugin -o dist/report.wasm
