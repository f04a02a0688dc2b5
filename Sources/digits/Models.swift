import ArgumentParser
import ConvNet

/// `digits models`
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the built-in networks, their source and settings.",
        discussion: """
            Examples:
              digits models
              digits models --json
            """)

    /// What `--json` prints of a network.
    private struct Entry: Encodable {
        let name: String
        let notebook: String
        let layers: String
        let parameters: Int
        let optimizer: String
        let learningRate: Float
        let loss: String
        let batchSize: Int
        let epochs: Int
        let validationSplit: Double
        let publishedAccuracy: Double
        let isDefault: Bool

        init(_ network: BuiltinNetwork) throws {
            name = network.name
            notebook = network.notebook
            layers = network.title
            parameters = try network.model().parameterCount
            optimizer = type(of: network.optimizer).className.lowercased()
            learningRate = network.optimizer.learningRate.value(at: 0)
            loss = network.loss.name
            batchSize = network.batchSize
            epochs = network.epochs
            validationSplit = network.validationSplit
            publishedAccuracy = network.publishedAccuracy
            isDefault = name == BuiltinNetwork.standardName
        }
    }

    @OptionGroup var output: OutputOptions

    func run() throws {
        let entries = try BuiltinNetwork.all.map { try Entry($0) }
        guard output.json else { return try Console.print(Self.text(entries)) }
        try Console.print(try JSONText.encode(["models": entries]))
    }

    private static func text(_ entries: [Entry]) -> String {
        entries.map { entry in
            let split = entry.validationSplit > 0 ? ", split \(entry.validationSplit)" : ""
            return """
                \(entry.name)\(entry.isDefault ? " (default)" : "")
                  \(entry.layers); \(NumberText.grouped(entry.parameters)) parameters
                  \(entry.optimizer) \(entry.learningRate), \(entry.loss), batch \(entry.batchSize), epochs \
                \(entry.epochs)\(split)
                  notebook \(entry.notebook), published accuracy \(entry.publishedAccuracy)

                """
        }.joined()
    }
}
