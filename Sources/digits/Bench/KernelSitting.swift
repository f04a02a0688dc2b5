import ConvNet

/// What a run of `digits bench kernels` found.
final class KernelSitting {
    /// What `--json` prints.
    struct Result: Encodable {
        let version = Digits.version
        let cpu = Info.processorName()
        let threads: Int
        var limits: [Limits] = []
        var kernels: [Row] = []

        private enum CodingKeys: CodingKey {
            case version, cpu, threads, limits, kernels
        }
    }

    /// The machine's limits on an instruction set.
    struct Limits: Encodable {
        let isa: InstructionSet
        /// Multiply-add peak.
        let gflops: JSONNumber
        let bandwidth: [Bandwidth]
    }

    /// Gigabytes a second over so many bytes.
    struct Bandwidth: Encodable {
        let bytes: Int
        let read: JSONNumber
        let copy: JSONNumber
        let write: JSONNumber
    }

    /// What bounds a kernel: the one of the two limits at which it could not be faster.
    enum Bound: String, Encodable {
        case arithmetic, memory
    }

    /// A kernel on a shape.
    struct Row: Encodable {
        let kernel: String
        let variant: String
        let shape: String
        let networks: [String]
        let isa: InstructionSet
        let runs: Int
        let bestSeconds: Double
        let medianSeconds: Double
        let operations: Double
        let bytes: Double
        let gflops: Double
        let peakShare: JSONNumber
        let gigabytesPerSecond: Double
        let bandwidthShare: JSONNumber
        let bound: Bound?
        /// One line of the table.
        let text: String

        private enum CodingKeys: CodingKey {
            case kernel, variant, shape, networks, isa, runs, bestSeconds, medianSeconds, operations, bytes, gflops
            case peakShare, gigabytesPerSecond, bandwidthShare, bound
        }
    }

    private(set) var result: Result
    private let nameWidth: Int

    init(threads: Int, cases: [KernelCase]) {
        result = Result(threads: threads)
        nameWidth = cases.map { $0.variant.count + $0.shape.count + 2 }.max() ?? 0
    }

    func headline(_ limits: MachineLimits) -> String {
        let count = "\(limits.threads) \(limits.threads == 1 ? "thread" : "threads")"
        let peak = limits.multiplyAddPeak.map {
            ", multiply-add peak \(NumberText.fixed($0 * 1e-9, digits: 1)) GFLOP/s"
        }
        let columns = ["best µs", "median µs", "GFLOP/s", "% peak ", "GB/s", "% memory "]
        return "\(result.cpu), \(limits.instructionSet.rawValue), \(count)\(peak ?? "")\n"
            + Self.line("", nameWidth, columns) + "\n"
    }

    func add(_ found: KernelCase, _ timings: Timings, _ limits: MachineLimits) -> Row {
        let peakShare = limits.multiplyAddPeak.map { found.operations / timings.best / $0 }
        let bandwidth = limits.bandwidth(reads: found.reads, writes: found.writes)
        let bandwidthShare = bandwidth.map { found.bytes / timings.best / $0 }
        let bound: Bound? =
            if let peakShare, let bandwidthShare { peakShare >= bandwidthShare ? .arithmetic : .memory } else { nil }
        let rate = found.operations / timings.best * 1e-9, traffic = found.bytes / timings.best * 1e-9
        func percent(_ share: Double?, _ isBound: Bool) -> String {
            share.map { NumberText.fixed(100 * $0, digits: 1) + (isBound ? "*" : " ") } ?? "- "
        }
        let text = Self.line(
            "\(found.variant)  \(found.shape)", nameWidth,
            [
                NumberText.fixed(timings.best * 1e6, digits: 1), NumberText.fixed(timings.median * 1e6, digits: 1),
                NumberText.fixed(rate, digits: 1), percent(peakShare, bound == .arithmetic),
                NumberText.fixed(traffic, digits: 1), percent(bandwidthShare, bound == .memory),
            ])
        let row = Row(
            kernel: found.kernel, variant: found.variant, shape: found.shape, networks: found.networks,
            isa: limits.instructionSet, runs: timings.count, bestSeconds: timings.best, medianSeconds: timings.median,
            operations: found.operations, bytes: found.bytes, gflops: rate, peakShare: JSONNumber(peakShare),
            gigabytesPerSecond: traffic, bandwidthShare: JSONNumber(bandwidthShare), bound: bound, text: text)
        result.kernels.append(row)
        return row
    }

    /// Notes the limits that an instruction set's kernels were held against.
    func close(_ limits: MachineLimits) {
        result.limits.append(
            Limits(
                isa: limits.instructionSet, gflops: JSONNumber(limits.multiplyAddPeak.map { $0 * 1e-9 }),
                bandwidth: limits.bandwidths))
    }

    private static func line(_ name: String, _ width: Int, _ columns: [String]) -> String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let padding = String(repeating: " ", count: max(0, width - name.count))
        return "  \(name)\(padding)" + columns.map { right($0, 11) }.joined()
    }
}
