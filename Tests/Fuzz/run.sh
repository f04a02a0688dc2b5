#!/usr/bin/env bash
# Fuzzes the readers of files with libFuzzer, under the address sanitizer; what is C also under that for undefined
# behaviour.
#
#   Tests/Fuzz/run.sh SECONDS [TARGET...]
#
# Each target runs for so many seconds, from the corpus in Corpus/TARGET; what it finds on its way is kept in
# .build/fuzz/corpus. An input that crashes is left in .build/fuzz/crash-TARGET-*, and the exit code is 1. The products
# ConvNet and ConvNetImages of a release build are expected: their C objects are linked.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=$1
shift
objects=.build/release
out=.build/fuzz
mkdir -p "$out/c" "$out/corpus"

# The library in one module with the targets, so that its internals can be reached.
sources=(Sources/ConvNet/*/*.swift Sources/ConvNet/*/*/*.swift Sources/ConvNetImages/*/*.swift
    Sources/digits-hdf5/HDF5Program{,+Library}.swift Tests/Fuzz/*.swift)
binary=$out/readers
newest=$(find Sources CKernels Tests/Fuzz -name '*.swift' -newer "$binary" -o -name '*.[ch]' -newer "$binary" 2> /dev/null \
    | head -n 1 || true)
if [ ! -x "$binary" ] || [ -n "$newest" ]; then
    # What decodes pictures and walks through HDF5 files is C: instrumented as well. The kernels see no bytes of files.
    codecs=()
    for file in Sources/CImageCodecs/*.c Sources/HDF5Shim/*.c; do
        codecs+=("$out/c/$(basename "$file" .c).o")
        clang -O1 -g -std=c11 -fsanitize=address,undefined,fuzzer-no-link -fsanitize-trap=undefined \
            -I"$(dirname "$file")/include" -c "$file" -o "${codecs[-1]}"
    done
    hdf5=hdf5_serial
    for folder in /usr/lib64 /usr/lib /usr/local/lib; do if [ -e "$folder/libhdf5.so" ]; then hdf5=hdf5; fi; done
    # The modules' files import each other by name; in one module these imports are of themselves, and only a warning.
    swiftc -O -wmo -gline-tables-only -parse-as-library -swift-version 6 -suppress-warnings -sanitize=fuzzer,address -use-ld=lld -module-name ConvNet -D HDF5 \
        -package-name ConvNet -Xcc -fmodule-map-file="$objects/CKernels.build/module.modulemap" \
        -Xcc -fmodule-map-file="$objects/CImageCodecs.build/module.modulemap" \
        -Xcc -fmodule-map-file="$objects/HDF5Shim.build/module.modulemap" -ISources/CZlib -ICKernels/include \
        -ISources/CImageCodecs/include -ISources/HDF5Shim/include "${sources[@]}" $(find "$objects/CKernels.build/" -name '*.o') "${codecs[@]}" \
        -lomp5 -lpng16 -ljpeg -lz -lm "-l$hdf5" -o "$binary"
fi

targets=("$@")
if [ ${#targets[@]} = 0 ]; then mapfile -t targets < <(ls Tests/Fuzz/Corpus); fi

export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
status=0
for target in "${targets[@]}"; do
    mkdir -p "$out/corpus/$target"
    log=$out/$target.log
    # 64 MiB at once is more than a file of 64 kB can justify, whatever it says.
    if FUZZ_TARGET=$target "$binary" -max_total_time="$seconds" -max_len=65536 -timeout=10 -malloc_limit_mb=64 \
        -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$out/crash-$target-" "$out/corpus/$target" \
        "Tests/Fuzz/Corpus/$target" > "$log" 2>&1; then
        printf '%-12s %10s executions in %s s, nothing found\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" "$seconds"
    else
        printf '%-12s found something: see %s\n' "$target" "$log"
        tail -n 25 "$log"
        status=1
    fi
done
exit "$status"
