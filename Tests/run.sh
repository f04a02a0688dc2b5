#!/usr/bin/env bash
# Every test: the Swift suites, the kernel checks, a report in a browser, the suites again on each instruction set, the
# package in an app.
#
#   Tests/run.sh [--fast] [SWIFT BUILD OPTION...]
#
# --fast leaves out the instruction sets and the app. All stages run, whatever fails; the last line adds them up.
set -uo pipefail
cd "$(dirname "$0")/.."

fast=
if [ "${1:-}" = --fast ]; then fast=1; shift; fi
options=("$@")

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 report=

# The flags already open internals to tests; without --disable-testable-imports, swift test would add them once more,
# and everything would be compiled again.
swift_test() { swift test "${options[@]}" --disable-testable-imports "$@"; }

# stage NAME COMMAND...: runs the command, shows what it prints, and counts its tests from its closing line.
stage() {
    local name=$1 began=$SECONDS status good=0 bad=0
    shift
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    local total
    total=$(sed -nE 's/.*Test run with ([0-9]+) tests?.* (passed|failed) after.*/\1/p' "$log" | tail -n 1)
    if [ -n "$total" ]; then
        bad=$(grep -E ' Test .* failed after ' "$log" | grep -cvE ' Test run with [0-9]+ tests? ')
        good=$((total - bad))
    else
        read -r good bad < <(sed -nE 's/.*: ([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$log" | tail -n 1)
        good=${good:-0} bad=${bad:-0}
    fi
    # A stage that fails without a failed test (a crash, a build error) counts as one; one that ran nothing, too.
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$good" = 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
    report+=$(printf '%-40s %5d passed %4d failed %5d s' "$name" "$good" "$bad" $((SECONDS - began)))$'\n'
}

kernel_checks() {
    swift build "${options[@]}" --product KernelChecks && "$(swift build "${options[@]}" --show-bin-path)/KernelChecks"
}

report_check() {
    swift build "${options[@]}" --product digits \
        && Tests/BrowserCheck/run.sh "$(swift build "${options[@]}" --show-bin-path)/digits"
}

stage 'Swift tests' swift_test
if Tests/BrowserCheck/run.sh --can-run; then
    stage 'A report in a browser' report_check
else
    report+="skipped: a report in a browser (chromium and python3 are needed)"$'\n'
fi
stage 'Kernel checks' kernel_checks
if [ -z "$fast" ]; then
    # The variable caps the choice, so on a lesser machine a higher name would only repeat the run above.
    best=$(sed -nE 's/^instruction sets up to ([a-z0-9]+),.*/\1/p' "$log")
    for isa in ref avx2 avx512; do
        if [ "$isa" = "$best" ]; then break; fi
        CONVNET_ISA=$isa stage "Swift tests, CONVNET_ISA=$isa" swift_test --skip-build
    done
    if [ "$best" != avx512 ]; then report+="skipped: instruction sets above ${best:-the failed checks} are not on this machine"$'\n'; fi
    stage 'The package in an app' Tests/AppCheck/run.sh
fi

printf '\n%s\n%d passed, %d failed\n' "$report" "$passed" "$failed"
[ "$failed" = 0 ]
