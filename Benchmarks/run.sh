#!/usr/bin/env bash
# Sets the peers up, each in a virtual environment of its own, and runs compare.py with its options.
#
#   Benchmarks/run.sh --digits .build/release/digits [OPTION...] [WHAT...]
#
# The environments stay in $CONVNET_PEERS, or in .build/peers, and take about 9 GB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
peers=${CONVNET_PEERS:-$here/../.build/peers}

for peer in keras torch; do
    wanted=$here/requirements-$peer.txt
    # Which versions an environment was made with, it says itself.
    if cmp -s "$wanted" "$peers/$peer/requirements.txt"; then continue; fi
    echo "Setting up $peer in $peers/$peer" >&2
    mkdir -p "$peers"
    # Made under another name first: what is there under its own name is complete.
    rm -rf "$peers/$peer.new"
    if ! python3 -m venv "$peers/$peer.new"; then
        echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)" >&2
        exit 1
    fi
    "$peers/$peer.new/bin/python" -m pip install --quiet --requirement "$wanted" >&2
    cp "$wanted" "$peers/$peer.new/requirements.txt"
    rm -rf "${peers:?}/$peer"
    mv "$peers/$peer.new" "$peers/$peer"
done
exec python3 "$here/compare.py" --keras "$peers/keras/bin/python" --torch "$peers/torch/bin/python" "$@"
