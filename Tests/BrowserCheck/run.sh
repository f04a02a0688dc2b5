#!/usr/bin/env bash
# Trains, and opens the run's report in a headless Chromium: no error, no request, the right numbers, nothing cut.
#
#   Tests/BrowserCheck/run.sh DIGITS [FOLDER FOR SCREENSHOTS]
#   Tests/BrowserCheck/run.sh --can-run      whether what it needs is installed
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

chromium=
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" > /dev/null; then chromium=$name; break; fi
done
if [ -z "$chromium" ] || ! command -v python3 > /dev/null; then
    echo "no Chromium or no Python: reports are not looked at in a browser (Debian: apt install chromium python3)" >&2
    # A machine that guards changes may not do without.
    if [ "$1" = --can-run ] && [ -n "${CI:-}" ]; then exit 0; fi
    exit 1
fi
if [ "$1" = --can-run ]; then exit 0; fi

digits=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$digits" train --data synthetic --epochs 2 --threads 1 --verbose 0 --out "$scratch/run"
"$digits" predict "$scratch/run" --data synthetic --csv "$scratch/predictions.csv"
python3 "$here/check.py" "$chromium" "$scratch/run" "$scratch/predictions.csv" "${@:2}"
