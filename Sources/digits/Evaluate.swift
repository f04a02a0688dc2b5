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
              digits evaluate runs/first --data test.csv --whole
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let model: String
        let dataset: String
        let division: String?
        let loss: JSONNumber
        let accuracy: JSONNumber
        let standardError: JSONNumber
        let count: Int
    }

    @OptionGroup var argument: ModelArgument
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var whole: WholeOption
    @OptionGroup var passes: PassOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let batchSize = try passes.size()
        let model = try argument.load()
        let data = try dataOptions.load(whole: whole.whole)
        try data.requireLabels()
        let test = try data.test(for: model)
        // A file may come from an app that measures something else, or was never compiled.
        model.compile(loss: model.loss ?? .categoricalCrossentropy, metrics: [.accuracy])
        let evaluation = try model.evaluate(test, batchSize: batchSize)
        guard output.json else {
            return try Console.print("\(evaluation.text(on: data.name))\n\(data.division.map { "\($0)\n" } ?? "")")
        }
        let result = Result(
            model: model.name, dataset: data.name, division: data.division, loss: JSONNumber(evaluation.loss),
            accuracy: JSONNumber(evaluation.accuracy), standardError: JSONNumber(evaluation.accuracyStandardError),
            count: evaluation.count)
        try Console.print(try JSONText.encode(result))
    }
}
