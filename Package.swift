// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The OpenMP runtime. Debian's and Ubuntu's libomp-dev puts it on the linker's path as libomp5;
// elsewhere it is libomp, on that path or in a folder of LLVM's own.
let openMP = OpenMPRuntime.find()

let package = Package(
    name: "ConvNet",
    products: [
        .library(name: "ConvNet", targets: ["ConvNet"]),
        .library(name: "ConvNetImages", targets: ["ConvNetImages"]),
        .library(name: "ConvNetReport", targets: ["ConvNetReport"]),
        .library(name: "CKernels", targets: ["CKernels"]),
        .executable(name: "digits", targets: ["digits"]),
        .executable(name: "digits-hdf5", targets: ["digits-hdf5"]),
    ],
    traits: [
        .default(enabledTraits: ["HDF5"]),
        .trait(name: "HDF5", description: "Files of Keras, which keeps weights in HDF5: digits-hdf5 links libhdf5."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .target(
            name: "CKernels",
            path: "CKernels",
            exclude: ["README.md"],
            cSettings: [
                // Optimised in debug builds too; frame pointers so that perf sees stacks.
                .unsafeFlags(["-fopenmp", "-O3", "-fno-omit-frame-pointer", "-ffp-contract=off"]),
                .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
            ],
            linkerSettings: openMP.linkerSettings
        ),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .yum(["zlib-devel"])]),
        .target(
            name: "ConvNet",
            dependencies: ["CKernels", "CZlib"],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .yum(["libpng-devel"])]),
        .systemLibrary(name: "CJPEG", providers: [.apt(["libjpeg-dev"]), .yum(["libjpeg-turbo-devel"])]),
        .target(
            name: "CImageCodecs",
            dependencies: ["CPNG", "CJPEG"],
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("jpeg")]
        ),
        .target(
            name: "ConvNetImages",
            dependencies: ["ConvNet", "CImageCodecs"],
            swiftSettings: strict
        ),
        // Yardsticks for `digits bench`: what the processor and its memory can do.
        .target(
            name: "CMachine",
            cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("pthread")]
        ),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"]), .yum(["libcurl-devel"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"]), .yum(["openssl-devel"])]),
        // Fetches published data sets. The command's alone: an app that uses the library links no libcurl.
        .target(name: "Downloads", dependencies: ["ConvNet", "CCurl", "COpenSSL"], swiftSettings: strict),
        .target(
            name: "HDF5Shim",
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary(hdf5Library)]
        ),
        // Reads and writes HDF5 in a process of its own.
        .executableTarget(
            name: "digits-hdf5",
            dependencies: ["ConvNet", .target(name: "HDF5Shim", condition: .when(traits: ["HDF5"]))],
            swiftSettings: strict
        ),
        .target(
            name: "ConvNetReport",
            dependencies: ["ConvNet", "ConvNetImages"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "digits",
            dependencies: [
                "CKernels", "CMachine", "ConvNet", "ConvNetImages", "ConvNetReport", "Downloads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KernelChecks",
            dependencies: ["CKernels"],
            path: "Tests/KernelChecks",
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("m")]
        ),
        // Writes what a model predicts, for make check-keras.
        .executableTarget(
            name: "KerasPredictions",
            dependencies: ["ConvNet"],
            path: "Tests/KerasCheck/Predictions",
            swiftSettings: strict
        ),
        // Test support: runs a command and tells its memory and time.
        .executableTarget(
            name: "measure",
            path: "Tests/Measure",
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])]
        ),
        // Test support: counts heap allocations by standing in for malloc in the test executable.
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .testTarget(
            name: "ConvNetTests",
            dependencies: ["ConvNet", "AllocationCounter"],
            exclude: ["Fixtures/make_fixtures.py"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        // Test support: writes JPEG files.
        .target(
            name: "JPEGEncoder",
            dependencies: ["CJPEG"],
            path: "Tests/JPEGEncoder",
            linkerSettings: [.linkedLibrary("jpeg")]
        ),
        .testTarget(
            name: "ConvNetImagesTests",
            dependencies: ["ConvNetImages", "JPEGEncoder"],
            swiftSettings: strict
        ),
        // Test support: an HTTP server that also misbehaves.
        .target(name: "WaywardServer", path: "Tests/WaywardServer", swiftSettings: strict),
        .testTarget(name: "DownloadsTests", dependencies: ["Downloads", "WaywardServer"], swiftSettings: strict),
        .testTarget(
            name: "ConvNetReportTests",
            dependencies: ["ConvNetReport", "ConvNetImages"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DigitsTests",
            dependencies: ["digits", "ConvNet", "ConvNetImages", "WaywardServer"],
            exclude: ["Strangers/make_hostile.py", "Strangers/table.py"],
            resources: [.copy("Strangers/HDF5")],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

/// libhdf5 as Debian and Ubuntu name it, unless only the name that others use is there.
var hdf5Library: String {
    let folders = ["/usr/lib64", "/usr/lib", "/usr/local/lib"]
    return folders.contains { FileManager.default.fileExists(atPath: "\($0)/libhdf5.so") } ? "hdf5" : "hdf5_serial"
}

var strict: [SwiftSetting] { [.treatAllWarnings(as: .error)] }

struct OpenMPRuntime {
    let linkerSettings: [LinkerSetting]

    static func find() -> OpenMPRuntime {
        let files = FileManager.default
        let standardFolders = [
            "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib",
        ]
        func present(_ name: String, in folder: String) -> Bool { files.fileExists(atPath: "\(folder)/\(name)") }

        if standardFolders.contains(where: { present("libomp5.so", in: $0) }) {
            return OpenMPRuntime(linkerSettings: [.linkedLibrary("omp5")])
        }
        if standardFolders.contains(where: { present("libomp.so", in: $0) }) {
            return OpenMPRuntime(linkerSettings: [.linkedLibrary("omp")])
        }
        let llvm = ((try? files.contentsOfDirectory(atPath: "/usr/lib")) ?? [])
            .filter { $0.hasPrefix("llvm") }
            .map { "/usr/lib/\($0)/lib" }
            .sorted()
            .last { present("libomp.so", in: $0) }
        guard let llvm else {
            // Linking fails below with the library's name; this says which package brings it.
            print("warning: no OpenMP runtime found; install libomp-dev (Debian, Ubuntu) or libomp-devel (Fedora)")
            return OpenMPRuntime(linkerSettings: [.linkedLibrary("omp5")])
        }
        return OpenMPRuntime(linkerSettings: [
            .unsafeFlags(["-L\(llvm)", "-Xlinker", "-rpath", "-Xlinker", llvm]), .linkedLibrary("omp"),
        ])
    }
}
