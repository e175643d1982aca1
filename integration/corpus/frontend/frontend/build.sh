#!/bin/sh
# Stands for what npm would do.
set -e
cd "$(dirname "$0")"
mkdir -p dist
tr -d '\n' <src/app.css >dist/app.css
