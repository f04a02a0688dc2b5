import Testing

@testable import ConvNet

/// Layers of both orders, mixed, with several channels: the same numbers, moved.
@Suite struct DataFormatTests {
    private func layers(_ format: DataFormat, keepDimensions: Bool) -> [any Layer] {
        [
            ZeroPadding2D(top: 1, bottom: 0, left: 2, right: 1, dataFormat: format),
            Conv2D(6, kernelSize: Size(3, 2), strides: Size(1, 2), padding: .same, dataFormat: format),
            BatchNormalization(axis: format == .channelsFirst ? 1 : -1), Activation(.relu), Dropout(0.25),
            AveragePooling2D(poolSize: Size(2, 3), strides: 1, padding: .same, dataFormat: format), Activation(.silu),
            MaxPooling2D(poolSize: 2, dataFormat: format),
            Conv2D(4, kernelSize: 2, dilation: 2, dataFormat: format, activation: .gelu()),
            GlobalAveragePooling2D(keepDimensions: keepDimensions, dataFormat: format), Dropout(0.25),
            Flatten(dataFormat: format), Dense(3, activation: .softmax),
        ]
    }

    private let x = Tensor.normal([20, 9, 12, 3], seed: 1)
    private let y = Tensor(shape: [20], scalars: (0..<20).map { Float($0 % 3) })

    private func made(_ shape: [Int], _ layers: [any Layer]) throws -> Sequential {
        let model = try Sequential(inputShape: shape, seed: 5, layers: layers)
        model.compile(optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    @Test(arguments: [true, false])
    func trainingIsTheSame(keepDimensions: Bool) throws {
        let last = try made([9, 12, 3], layers(.channelsLast, keepDimensions: keepDimensions))
        let first = try made([3, 9, 12], layers(.channelsFirst, keepDimensions: keepDimensions))
        let turned = x.transposed(permutation: [0, 3, 1, 2])
        #expect(first.weightBits == last.weightBits)
        #expect(try first.predict(turned) == last.predict(x))
        let expected = try last.fit(x: x, y: y, epochs: 3, batchSize: 8, validationSplit: 0.2)
        let history = try first.fit(x: turned, y: y, epochs: 3, batchSize: 8, validationSplit: 0.2)
        #expect(first.weightBits == last.weightBits)
        #expect(history.epochs.map(\.logs) == expected.epochs.map(\.logs))
        #expect(try first.predict(turned) == last.predict(x))
    }

    /// A chain of such layers is turned once at its start, not at each layer.
    @Test func aChainIsTurnedOnce() throws {
        let model = try made([3, 9, 12], layers(.channelsFirst, keepDimensions: false))
        #expect(model.graph.steps.count { $0 is TransposeStep } == 1)
        let image = try Sequential(inputShape: [3, 9, 12]) {
            Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst)
            MaxPooling2D(dataFormat: .channelsFirst)
        }
        #expect(image.graph.steps.count { $0 is TransposeStep } == 2)
        // One channel has only one order.
        let grey = try Sequential(inputShape: [1, 9, 12]) {
            Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst)
            Flatten(dataFormat: .channelsFirst)
        }
        #expect(grey.graph.steps.count { $0 is TransposeStep } == 0)
    }

    /// What does not know of images sees the numbers in the order of the shape.
    @Test func layersWithoutAnOrderSeeTheDeclaredOne() throws {
        let x = Tensor.normal([2, 3, 4, 5], seed: 1)
        let model = try Sequential(inputShape: [3, 4, 5]) { ZeroPadding2D(1, dataFormat: .channelsFirst) }
        let padded = try model.predict(x)
        func expectSame(_ layer: any Layer, _ name: String) throws {
            let behind = try Sequential(
                inputShape: [3, 4, 5], seed: 1, layers: [ZeroPadding2D(1, dataFormat: .channelsFirst), layer])
            let alone = try Sequential(inputShape: [3, 6, 7], seed: 1, layers: [layer])
            #expect(try behind.predict(x) == alone.predict(padded), "\(name)")
        }
        try expectSame(Activation(.softmax), "softmax")
        try expectSame(Dense(2), "dense")
        try expectSame(Flatten(), "flatten")
        try expectSame(Reshape([7, 6, 3]), "reshape")
        try expectSame(BatchNormalization(), "batch normalisation of the last dimension")
        try expectSame(Conv2D(2, kernelSize: 2), "a convolution of the other order")
        try expectSame(GlobalMaxPooling2D(), "global pooling of the other order")
        try expectSame(Activation(.sigmoid), "sigmoid")
    }
}
