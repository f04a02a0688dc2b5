import ArgumentParser
import CKernels
import ConvNet

/// `digits bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast the kernels and the networks are on this machine.",
        discussion: """
            Close other programs first: they only ever make a figure worse. Seconds differ from machine to machine; what \
            can be compared are shares of the machine's own limits, which are measured in the same run.

            Examples:
              digits bench kernels
              digits bench kernels --filter gemm --isa avx2
              digits bench models --filter cnn-compact --json
            """,
        subcommands: [BenchKernels.self, BenchModels.self])
}

/// What both measurements let choose.
struct BenchOptions: ParsableArguments {
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Threads. (default: the CPUs this process may use)", valueName: "n")
    )
    var threads: Int?

    @OptionGroup var output: OutputOptions

    func threadCount() throws -> Int {
        try require(threads, in: 1...1024, "threads")
        return threads ?? ConvNetRuntime.threadCount
    }
}

/// An instruction set of the kernels, by its name on the command line.
enum InstructionSet: String, CaseIterable, ExpressibleByArgument, Encodable {
    case ref, avx2, avx512

    var tier: ck_isa {
        switch self {
        case .ref: CK_ISA_REF
        case .avx2: CK_ISA_AVX2
        case .avx512: CK_ISA_AVX512
        }
    }

    /// Those that this process may use, from worst to best.
    static var available: [InstructionSet] {
        allCases.filter { $0.tier.rawValue <= ck_isa_active().rawValue }
    }

    /// - Throws: ``ConvNetError`` of kind `unavailable` where the machine lacks it or `CONVNET_ISA` forbids it.
    func requireAvailable() throws {
        guard Self.available.contains(self) else {
            throw ConvNetError(
                .unavailable,
                "this machine has no \(rawValue), or CONVNET_ISA forbids it; measure "
                    + Self.available.map(\.rawValue).joined(separator: " or "))
        }
    }
}
