#!/usr/bin/env bash
# Samples a command with perf and prints where its time goes, by kernel; the samples stay in perf.data for `perf report`.
#
#   Benchmarks/profile.sh COMMAND [ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")/.."

# The name is there on some systems without a perf for the running kernel behind it.
if ! perf version > /dev/null 2>&1; then
    echo 'perf is not installed; installing it' >&2
    if ! command -v apt-get > /dev/null; then
        echo "Install perf with this system's package manager (Fedora: perf; Arch: perf), then try again" >&2
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
    $sudo apt-get update -qq
    # Debian has one package; Ubuntu has one for each kernel.
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends linux-perf 2> /dev/null \
        || $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            linux-tools-common "linux-tools-$(uname -r)"
fi

# Virtual machines often have no hardware counters: the clock samples there too.
event=cycles
if ! perf stat -e cycles true 2>&1 | grep -qE '[0-9] +cycles'; then
    event=cpu-clock
    echo 'No hardware counters here: sampling by the clock' >&2
fi
perf record --quiet -e "$event" -F 999 -g -o perf.data -- "$@" > /dev/null
echo
perf script -i perf.data -F tid,ip,sym,dso 2> /dev/null | python3 Benchmarks/samples.py "$1"
echo
echo "Function by function, with who called whom: perf report -i perf.data"
