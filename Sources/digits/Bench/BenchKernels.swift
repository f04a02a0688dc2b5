import ArgumentParser
import CKernels
import ConvNet

/// `digits bench kernels`
struct BenchKernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Time every kernel at the built-in networks' shapes, and beyond.",
        discussion: """
            Each kernel runs for a while on data in memory of its own, again and again, so what fits a cache comes from \
            there. Printed are the fastest and the median time, GFLOP/s of the plain algorithm (one that saves arithmetic \
            can exceed the peak), the share of the multiply-add peak, and bytes a second with their share of what memory, \
            or the cache that they fit into, lets through. The limits are measured in the same run, the shares are \
            those of the fastest run, and the one that binds is marked with a star.

            Examples:
              digits bench kernels
              digits bench kernels --filter gemm
              digits bench kernels --filter cnn-wide --isa avx2 --threads 1
              digits bench kernels --filter conv2d --filter pooling --json > kernels.json
            """)

    @Option(
        help: ArgumentHelp(
            "Only kernels whose name has this text in it, or that this network uses; may be given several times.",
            valueName: "text"))
    var filter: [String] = []

    @Option(
        help: ArgumentHelp(
            "Instruction set; may be given several times. (default: avx2 and avx512, where the machine has them)",
            valueName: "ref|avx2|avx512"))
    var isa: [InstructionSet] = []

    @OptionGroup var options: BenchOptions

    /// How long a kernel is timed.
    private static let seconds = 0.12
    /// Operations beyond which the reference takes too long to say anything.
    private static let referenceLimit = 60e6

    func run() throws {
        let threads = try options.threadCount()
        let sets = try instructionSets()
        let cases = try selectedCases()
        let sitting = KernelSitting(threads: threads, cases: cases)
        ck_prepare_compute_thread()
        ck_set_threads(Int32(threads))
        for set in sets {
            ck_isa_limit(set.tier)
            let limits = MachineLimits(set, threads: threads)
            if !options.output.json { try Console.print(sitting.headline(limits)) }
            var kernel = ""
            for (index, found) in cases.enumerated() {
                if set == .ref, found.operations > Self.referenceLimit { continue }
                if options.output.json {
                    Console.progress("\(set.rawValue) \(index + 1)/\(cases.count) \(found.name)")
                } else if found.kernel != kernel {
                    try Console.print("\(found.kernel)\n")
                }
                kernel = found.kernel
                let memory = KernelMemory()
                let timings = withExtendedLifetime(memory) {
                    Stopwatch.time(seconds: Self.seconds, found.prepare(memory))
                }
                let row = sitting.add(found, timings, limits)
                if !options.output.json { try Console.print(row.text + "\n") }
            }
            sitting.close(limits)
        }
        Console.endProgress()
        if options.output.json { try Console.print(try JSONText.encode(sitting.result)) }
    }

    private func instructionSets() throws -> [InstructionSet] {
        for set in isa { try set.requireAvailable() }
        if !isa.isEmpty { return isa }
        let vectors = InstructionSet.available.filter { $0 != .ref }
        return vectors.isEmpty ? [.ref] : vectors
    }

    private func selectedCases() throws -> [KernelCase] {
        let all = NetworkCases.merged(
            try NetworkCases.all() + MatrixCases.sweep + ImageCases.sweep + VectorCases.sweep)
        let cases = filter.isEmpty ? all : all.filter { found in filter.contains { found.matches($0) } }
        guard !cases.isEmpty else {
            var kernels: [String] = []
            for found in all where !kernels.contains(found.kernel) { kernels.append(found.kernel) }
            throw ConvNetError(
                .invalidArgument,
                "no kernel has \(filter.joined(separator: " or ")) in its name; the kernels are "
                    + kernels.joined(separator: ", "))
        }
        // Together what belongs together, in the order of first appearance.
        var order: [String: Int] = [:]
        for found in cases where order[found.kernel] == nil { order[found.kernel] = order.count }
        return cases.enumerated()
            .sorted { (order[$0.element.kernel] ?? 0, $0.offset) < (order[$1.element.kernel] ?? 0, $1.offset) }
            .map(\.element)
    }
}
