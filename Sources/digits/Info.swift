import ArgumentParser
import ConvNet
import FoundationEssentials

/// `digits info`
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the command runs on and where it looks for data.",
        discussion: """
            The environment variable CONVNET_ISA (ref, avx2 or avx512) caps the instruction set, CONVNET_CONV2D (auto, \
            direct or winograd) chooses how convolutions are computed, CONVNET_NUM_THREADS sets the number of threads, \
            DIGITS_DATA names the folder of the data.

            Examples:
              digits info
              CONVNET_ISA=avx2 digits info --json
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let version = Digits.version
        let cpu = Info.processorName()
        let instructionSet = ConvNetRuntime.instructionSet
        let supportedInstructionSet = ConvNetRuntime.supportedInstructionSet
        let convolutionAlgorithm = ConvNetRuntime.convolutionAlgorithm.rawValue
        let threads = ConvNetRuntime.threadCount
        let availableThreads = ConvNetRuntime.availableThreadCount
        let dataPlaces = MNIST.files.places(folder: nil, environment: ProcessInfo.processInfo.environment)
        let mnist = MNIST.files.location()

        private enum CodingKeys: CodingKey {
            case version, cpu, instructionSet, supportedInstructionSet, convolutionAlgorithm, threads, availableThreads
            case dataPlaces, mnist
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(version, forKey: .version)
            try values.encode(cpu, forKey: .cpu)
            try values.encode(instructionSet, forKey: .instructionSet)
            try values.encode(supportedInstructionSet, forKey: .supportedInstructionSet)
            try values.encode(convolutionAlgorithm, forKey: .convolutionAlgorithm)
            try values.encode(threads, forKey: .threads)
            try values.encode(availableThreads, forKey: .availableThreads)
            try values.encode(dataPlaces, forKey: .dataPlaces)
            try values.encode(mnist, forKey: .mnist)  // null where it is missing
        }
    }

    @OptionGroup var output: OutputOptions

    func run() throws {
        let result = Result()
        guard !output.json else { return try Console.print(try JSONText.encode(result)) }
        try Console.print(
            """
            digits           \(result.version)
            processor        \(result.cpu)
            instruction set  \(result.instructionSet) (best supported: \(result.supportedInstructionSet))
            convolutions     \(result.convolutionAlgorithm)
            threads          \(result.threads) (available: \(result.availableThreads))
            MNIST            \(result.mnist ?? "not found")
            looked for in    \(result.dataPlaces.joined(separator: ", "))

            """)
    }

    /// What the system calls the processor.
    static func processorName() -> String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":", maxSplits: 1).last
        return name.map { String($0.drop { $0 == " " }) } ?? "unknown"
    }
}
