import Testing

@testable import ConvNet

/// The order of an image's dimensions decides nothing but that order. Notebook 001 has its channels first.
@Suite struct ChannelsFirstTests {
    @Test(arguments: BuiltinNetwork.all.map(\.name).filter { $0.hasPrefix("cnn") })
    func givesTheSameAsChannelsLast(_ name: String) throws {
        let network = try BuiltinNetwork.named(name)
        let last = try network.model(seed: 6)
        let flattened = try #require(network.layers.firstIndex { $0 is Flatten })
        let first = try Sequential(
            inputShape: [1, 28, 28], seed: 6,
            layers: network.layers[...flattened].map(channelsFirst) + network.layers[(flattened + 1)...])
        first.compile(optimizer: network.optimizer, loss: network.loss)
        #expect(last.weights.map(\.tensor) == first.weights.map(\.tensor))

        let images = Tensor.uniform([40, 28, 28, 1], seed: 1)
        let turned = images.transposed(permutation: [0, 3, 1, 2])
        let labels = Tensor(shape: [40], scalars: (0..<40).map { Float($0 * 3 % 10) })
        #expect(try last.predict(images) == first.predict(turned))
        try last.fit(x: images, y: labels, batchSize: 16)
        try first.fit(x: turned, y: labels, batchSize: 16)
        #expect(last.weights.map(\.tensor) == first.weights.map(\.tensor))
    }

    /// What comes out of a layer is in the order that it declares, also in the middle of a network.
    @Test func turnsWhatLeavesTheNetwork() throws {
        let last = try Sequential(inputShape: [9, 8, 3], seed: 2) {
            Conv2D(4, kernelSize: 3, activation: .relu)
            MaxPooling2D()
            Conv2D(5, kernelSize: 2)
        }
        let first = try Sequential(inputShape: [3, 9, 8], seed: 2) {
            Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst, activation: .relu)
            MaxPooling2D(dataFormat: .channelsFirst)
            Conv2D(5, kernelSize: 2, dataFormat: .channelsFirst)
        }
        let images = Tensor.normal([2, 9, 8, 3], seed: 3)
        let expected = try last.predict(images).transposed(permutation: [0, 3, 1, 2])
        #expect(try first.predict(images.transposed(permutation: [0, 3, 1, 2])) == expected)
    }

    private func channelsFirst(_ layer: any Layer) -> any Layer {
        switch layer {
        case var layer as Conv2D:
            layer.dataFormat = .channelsFirst
            return layer
        case var layer as MaxPooling2D:
            layer.dataFormat = .channelsFirst
            return layer
        case var layer as Flatten:
            layer.dataFormat = .channelsFirst
            return layer
        case var layer as BatchNormalization:
            layer.axis = 1
            return layer
        default:
            return layer
        }
    }
}
