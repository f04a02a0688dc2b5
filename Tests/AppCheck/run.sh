#!/usr/bin/env bash
# The package as a stranger uses it: a new app that depends on it by version, built and run in release and in debug, and
# the README's first example.
#
# The version is tagged in a temporary clone that holds the working tree as it is, committed or not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "app check: $*" >&2
    exit 1
}

clone=$scratch/ConvNet
git clone -q "$root" "$clone"
git -C "$clone" rm -rq .
(cd "$root" && git ls-files -co --exclude-standard -z | while IFS= read -rd '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar -c --null -T -) | tar -x -C "$clone"
git -C "$clone" add -A
git -C "$clone" -c user.name='app check' -c user.email=check@localhost commit -q --allow-empty -m 'The working tree'
git -C "$clone" tag 1.0.0

app=$scratch/App
mkdir -p "$app/Sources/App" "$app/Sources/Example"
cp "$here/main.swift" "$app/Sources/App/"
# The README's first example, which must compile as it stands.
awk '/^```/ { if (inside) exit; inside = /^```swift/; next } inside' "$root/README.md" > "$app/Sources/Example/main.swift"
grep -q 'import ConvNet' "$app/Sources/Example/main.swift" || fail 'the README does not begin with an example'
cat > "$app/Package.swift" << END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "App",
    dependencies: [.package(url: "file://$clone", from: "1.0.0")],
    targets: [
        .executableTarget(name: "App", dependencies: [.product(name: "ConvNet", package: "ConvNet")]),
        .executableTarget(name: "Example", dependencies: [.product(name: "ConvNet", package: "ConvNet")]),
    ]
)
END

cd "$app"
passed=0
for configuration in release debug; do
    swift build -c "$configuration" || fail "the app does not build in $configuration"
    "$(swift build -c "$configuration" --show-bin-path)/App" "$scratch/$configuration.safetensors" \
        || fail "the app fails in $configuration"
    passed=$((passed + 1))
done
if [ -n "$(find -L .build/release .build/debug -name 'ArgumentParser*.swiftmodule')" ]; then
    fail "an app that uses the library alone compiles the command's dependencies"
fi
if ldd "$(swift build -c release --show-bin-path)/App" | grep -E 'lib(curl|crypto|png|jpeg)'; then
    fail "an app that uses the library alone links what only the command needs"
fi
# The folder of a C target is there as soon as the build is planned; what is compiled lies in it.
compiled=$(find -L .build/release .build/debug -name 'ConvNetImages*.swiftmodule' -o -path '*/CImageCodecs.build/*.o')
if [ -n "$compiled" ]; then
    fail "an app that uses the library ConvNet alone compiles the image codecs: $compiled"
fi
echo "app check: $passed passed, 0 failed"
