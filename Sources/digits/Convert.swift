import ArgumentParser
import ConvNet

/// `digits convert`
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn a model file into another format: from Keras, to Keras, to NumPy.",
        discussion: """
            Formats follow from how the names end:
              .safetensors    this program's own: network, weights and settings
              .keras          Keras 3
              .h5             Keras in HDF5; .weights.h5 holds weights alone
              .npz            weights alone, for numpy.load

            What Keras has and this program has not is named: what changes predictions is refused, what matters to further \
            training only is told. Weights alone need --model, the network that they belong to.

            Examples:
              digits convert model.keras model.safetensors
              digits convert runs/first digits.keras
              digits convert model.safetensors weights.npz
              digits convert weights.npz model.keras --model cnn-compact
            """)

    @Argument(help: "A model file, a weights file, or the run folder that 'digits train' made.", completion: .file())
    var input: String

    @Argument(help: "The file to write; one that is there is replaced.", completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp(
            "The built-in network whose weights IN holds, where it holds weights alone.", valueName: "name"),
        completion: .list(BuiltinNetwork.all.map(\.name)))
    var model: String?

    func run() throws {
        // A name that no format has is found before the work, not after it.
        _ = try ModelFormat(path: output)
        let network = try model.map { try BuiltinNetwork.find($0).model() }
        if let network { try network.loadWeights(from: input) }
        let converted = try network ?? ModelFile.load(input)
        try converted.export(to: output)
        Console.tell(
            "\(converted.name), \(NumberText.grouped(converted.parameterCount)) parameters, is now in \(output)\n")
    }
}
