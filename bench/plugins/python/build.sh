#!/bin/sh
# Builds dist/python.wasm. Needs Python 3.10 or later; everything else comes from PyPI.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/componentize-py ] || { python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt; }
rm -rf build && mkdir -p build/wit/deps/plugin ../dist
cp ../world.wit build/wit/
cp ../../../wit/*.wit build/wit/deps/plugin/
cp -R ../../../wit/deps/host build/wit/deps/host
.venv/bin/componentize-py -d build/wit -w bench componentize -p src plugin -o ../dist/python.wasm
