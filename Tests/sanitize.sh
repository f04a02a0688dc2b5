#!/usr/bin/env bash
# The kernel checks and the Swift tests under the address and undefined-behaviour sanitizers; --fast: the kernel checks
# only. A build of its own, so that the usual ones stay as they are.
set -euo pipefail
cd "$(dirname "$0")/.."

# The C compiler instruments for both; the runtime of the first holds that of the second, and swiftc links only it.
build=(--scratch-path .build/sanitize --sanitize address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)
# The OpenMP runtime keeps its workers' memory until the process ends.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}

swift build "${build[@]}" --product KernelChecks
"$(swift build "${build[@]}" --show-bin-path)/KernelChecks"
if [ "${1:-}" = --fast ]; then exit 0; fi
swift test "${build[@]}"
