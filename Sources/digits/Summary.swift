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
            """)

    @Argument(help: "A built-in network, a model file, or a run folder.", completion: .file())
    var model: String

    func run() throws {
        try Console.print(try network().summary())
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
