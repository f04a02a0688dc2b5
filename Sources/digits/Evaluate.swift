import ArgumentParser
import ConvNet

/// `digits evaluate`
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a trained network on the test images.",
        discussion: """
            Examples:
              digits evaluate runs/first
              digits evaluate model.safetensors --data ~/my-digits --json
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let model: String
        let dataset: String
        let loss: JSONNumber
        let accuracy: JSONNumber
        let standardError: JSONNumber
        let count: Int
    }

    @OptionGroup var argument: ModelArgument
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var passes: PassOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let batchSize = try passes.size()
        let model = try argument.load()
        let data = try dataOptions.load()
        // A file may come from an app that measures something else, or was never compiled.
        model.compile(loss: model.loss ?? .categoricalCrossentropy, metrics: [.accuracy])
        let evaluation = try model.evaluate(data.test, batchSize: batchSize)
        guard output.json else { return try Console.print(evaluation.text + "\n") }
        let result = Result(
            model: model.name, dataset: data.name, loss: JSONNumber(evaluation.loss),
            accuracy: JSONNumber(evaluation.accuracy), standardError: JSONNumber(evaluation.accuracyStandardError),
            count: evaluation.count)
        try Console.print(try JSONText.encode(result))
    }
}
