#!/usr/bin/env bash
# The formatter's rules, and those that it does not know. Prints every offence; exit code 1 if there is one.
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
swift format lint --strict --parallel --recursive Package.swift Sources Tests || status=1

# forbid MESSAGE PATTERN PATH...: no tracked or new file under the paths may match the extended regular expression.
forbid() {
    local message=$1 pattern=$2 found
    shift 2
    found=$(git grep --untracked -nIE -e "$pattern" -- "$@")
    if [ -n "$found" ]; then
        printf '%s\n%s\n' "$found" "error: $message"
        status=1
    fi
}

c_files=('*.c' '*.h')
text=('*.c' '*.h' '*.swift' '*.sh' '*.py' '*.md' Makefile .ci/run)
forbid 'lines of C are at most 120 columns wide' '^.{121}' "${c_files[@]}"
forbid 'C is indented with spaces' $'\t' "${c_files[@]}"
forbid 'no white space at the end of a line' '[[:blank:]]+$' "${text[@]}"
forbid 'unfinished marks belong in an issue' '\b(TODO|FIXME|XXX|HACK)\b' '*.c' '*.h' '*.swift' '*.py'
forbid 'the module uses FoundationEssentials; Foundation triples the size of a program' '^(@[a-z]+ )?import Foundation$' 'Sources/*.swift'
forbid 'user input must not be able to crash the program' '\b(fatalError\(|try!|as! )' 'Sources/*.swift'
forbid 'intrinsics and their headers stay in the variants, out of the public header' 'immintrin\.h|omp\.h' CKernels/include

# Past about 400 lines a file holds two things; a kernel past 250.
long() {
    local limit=$1
    shift
    git ls-files -co --exclude-standard -- "$@" | grep -v /Fixtures/ | xargs -r wc -l | awk -v limit="$limit" \
        '$2 != "total" && $1 > limit { print $2 ": " $1 " lines, the limit is " limit; bad = 1 } END { exit bad }' || status=1
}
long 250 'CKernels/src/*.c'
long 420 '*.swift' 'Tests/*.c' 'Tests/*.h' '*.py'

while read -r script; do
    bash -n "$script" || status=1
done < <(git ls-files -co --exclude-standard -- '*.sh' .ci/run)
if command -v shellcheck > /dev/null; then
    git ls-files -co --exclude-standard -z -- '*.sh' .ci/run | xargs -0 shellcheck || status=1
fi
exit "$status"
