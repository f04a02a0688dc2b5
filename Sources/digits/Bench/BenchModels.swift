import ArgumentParser
import CKernels
import ConvNet

/// `digits bench models`
struct BenchModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Time the built-in networks' training and prediction.",
        discussion: """
            Training runs with the network's own batch size and optimizer, for two epochs of which the faster one counts; \
            a step is timed from one step's end to the next one's. Prediction is timed for one image, call by call, and \
            for 10,000 images in batches of 200. Then step times for other batch sizes, for hidden layers of other \
            widths, and for fewer threads. The images are drawn digits, so no data set is needed. Where pixels are zero, \
            the first layers have less to do: --data noise shows how fast the networks are where none is. Peak memory \
            is that of training and prediction, with the images.

            Examples:
              digits bench models
              digits bench models --filter cnn-compact --threads 1
              digits bench models --filter mlp --images 6000 --json > models.json
              digits bench models --filter cnn-basic --data noise
            """)

    @Option(
        help: ArgumentHelp(
            "Only networks whose name has this text in it; may be given several times.", valueName: "text"))
    var filter: [String] = []

    @Option(
        help: ArgumentHelp(
            "Instruction set. (default: the best that the machine has)", valueName: "ref|avx2|avx512"))
    var isa: InstructionSet?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Images an epoch; fewer give a quick look. Predicted are at most 10,000.", valueName: "n"))
    var images = 60_000

    @Option(
        help: ArgumentHelp(
            "synthetic (drawn digits), noise (random pixels, none of them zero), or a data set as for 'digits train'.",
            valueName: "synthetic|noise|mnist|path"),
        completion: .file())
    var data = SyntheticDigits.name

    @OptionGroup var options: BenchOptions

    /// What `--json` prints.
    private struct Result: Encodable {
        let version = Digits.version
        let cpu = Info.processorName()
        let isa: InstructionSet
        let threads: Int
        let multiplyAddGflops: JSONNumber
        let data: String
        var models: [ModelSitting.Result] = []

        private enum CodingKeys: CodingKey {
            case version, cpu, isa, threads, multiplyAddGflops, data, models
        }
    }

    func run() throws {
        let threads = try options.threadCount()
        try require(images, in: 1...10_000_000, "images")
        try isa?.requireAvailable()
        let networks = try selectedNetworks()
        guard let set = isa ?? InstructionSet.available.last else { return }
        ck_isa_limit(set.tier)
        ConvNetRuntime.threadCount = threads

        let images = try BenchImages(data, count: images)
        let peak = MachineLimits(set, threads: threads).multiplyAddPeak
        var result = Result(
            isa: set, threads: threads, multiplyAddGflops: JSONNumber(peak.map { $0 * 1e-9 }),
            data: data)
        if !options.output.json {
            let count = "\(threads) \(threads == 1 ? "thread" : "threads")"
            try Console.print("\(result.cpu), \(set.rawValue), \(count)\n")
        }
        for network in networks {
            let sitting = ModelSitting(network: network, images: images, threads: threads)
            let found = try sitting.run { Console.progress("\(network.name): \($0)") }
            Console.endProgress()
            result.models.append(found)
            if !options.output.json { try Console.print(found.text) }
        }
        if options.output.json { try Console.print(try JSONText.encode(result)) }
    }

    private func selectedNetworks() throws -> [BuiltinNetwork] {
        let found = BuiltinNetwork.all.filter { network in
            filter.isEmpty || filter.contains { network.name.contains($0) }
        }
        guard !found.isEmpty else {
            throw ConvNetError(
                .invalidArgument,
                "no network has \(filter.joined(separator: " or ")) in its name; 'digits models' lists all of them")
        }
        return found
    }
}
