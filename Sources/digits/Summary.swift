import ArgumentParser
import ConvNet
import FoundationEssentials

/// `digits summary`
struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a network's layers, their output shapes and weights.",
        discussion: """
            Examples:
              digits summary cnn-compact
              digits summary runs/first
              digits summary cnn-wide --plan --batch-size 32
            """)

    @Argument(help: "A built-in network, a model file, or a run folder.", completion: .file())
    var model: String

    @Flag(help: "Show the steps that are computed instead, and by which algorithms.")
    var plan = false

    @OptionGroup var pass: PassOptions

    func run() throws {
        let (network, size) = (try network(), try pass.size())
        try Console.print(plan ? network.planSummary(batchSize: size) : network.summary())
    }

    private func network() throws -> Sequential {
        if let network = BuiltinNetwork.all.first(where: { $0.name == model }) { return try network.model() }
        // What looks like a path is one; anything else may be a name with a typing error in it.
        if model.contains("/") || model.contains(".") || FileManager.default.fileExists(atPath: model) {
            return try ModelFile.load(model)
        }
        return try BuiltinNetwork.find(model).model()
    }
}
