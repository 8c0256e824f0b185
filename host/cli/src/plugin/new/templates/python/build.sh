#!/bin/sh
# Builds dist/__NAME__.wasm. Needs Python 3.10 or later; everything else comes from PyPI.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/componentize-py ] || { python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt; }
mkdir -p dist
# For editors and type checkers; the build itself makes its own.
[ -d build/stubs ] || .venv/bin/componentize-py -d wit -w __ROLE__-plugin bindings build/stubs
.venv/bin/componentize-py -d wit -w __ROLE__-plugin componentize -p src plugin -o dist/__NAME__.wasm
