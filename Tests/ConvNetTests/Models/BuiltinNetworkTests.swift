import Testing

@testable import ConvNet

/// The built-in networks have their notebooks' settings. What they compute is compared with Keras elsewhere.
@Suite struct BuiltinNetworkTests {
    /// One line of the table of networks.
    struct Settings: Sendable, CustomTestStringConvertible {
        let name: String
        let parameters: Int
        let batchSize: Int
        let epochs: Int
        var validationSplit = 0.0
        var dropout: [Float] = []
        var kernelInitializer = Initializer.glorotUniform
        let accuracy: Double

        var testDescription: String { name }
    }

    static let all = [
        Settings(
            name: "mlp-deep", parameters: 570_602, batchSize: 128, epochs: 3, validationSplit: 0.3, accuracy: 0.96),
        Settings(
            name: "cnn-basic", parameters: 693_962, batchSize: 128, epochs: 3, validationSplit: 0.3, accuracy: 0.96),
        Settings(
            name: "mlp-baseline", parameters: 623_290, batchSize: 200, epochs: 10,
            kernelInitializer: .randomNormal(mean: 0, standardDeviation: 0.05), accuracy: 0.9818),
        Settings(
            name: "cnn-simple", parameters: 592_074, batchSize: 200, epochs: 4, dropout: [0.2], accuracy: 0.9878),
        Settings(
            name: "cnn-large", parameters: 59_933, batchSize: 200, epochs: 10, dropout: [0.2], accuracy: 0.9906),
        Settings(
            name: "cnn-wide", parameters: 1_199_882, batchSize: 32, epochs: 10, dropout: [0.25, 0.5], accuracy: 0.9807),
        Settings(name: "mlp-sigmoid", parameters: 468_874, batchSize: 128, epochs: 5, accuracy: 0.128),
        Settings(
            name: "cnn-batchnorm", parameters: 601_578, batchSize: 64, epochs: 1, dropout: [0.2], accuracy: 0.9812),
        Settings(
            name: "cnn-compact", parameters: 113_386, batchSize: 32, epochs: 4, dropout: [0.25], accuracy: 0.9902),
    ]

    @Test func theTableIsWhole() {
        #expect(BuiltinNetwork.all.map(\.name) == Self.all.map(\.name))
        #expect(Self.all.contains { $0.name == BuiltinNetwork.standardName })
    }

    @Test(arguments: all)
    func settings(_ expected: Settings) throws {
        let network = try BuiltinNetwork.named(expected.name)
        let model = try network.model(seed: 1)
        #expect(model.parameterCount == expected.parameters)
        #expect(network.batchSize == expected.batchSize)
        #expect(network.epochs == expected.epochs)
        #expect(network.validationSplit == expected.validationSplit)
        #expect(network.publishedAccuracy == expected.accuracy)
        #expect(network.layers.compactMap { ($0 as? Dropout)?.rate } == expected.dropout)
        #expect(model.outputShape == [10])
        for parameter in model.parameters {
            let begins: Initializer =
                switch parameter.name.split(separator: "/").last {
                case "kernel": expected.kernelInitializer
                case "gamma", "moving_variance": .ones
                default: .zeros
                }
            #expect(parameter.initializer == begins, "\(parameter.name)")
            #expect(parameter.regularizer == nil, "\(parameter.name)")
        }
    }

    @Test func anUnknownNameListsTheKnownOnes() {
        let error = #expect(throws: ConvNetError.self) { try BuiltinNetwork.named("cnn-huge") }
        #expect(error?.kind == .invalidArgument)
        for network in BuiltinNetwork.all {
            #expect(error?.message.contains(network.name) == true)
        }
    }
}
