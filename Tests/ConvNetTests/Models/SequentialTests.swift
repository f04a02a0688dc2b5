import Testing

@testable import ConvNet

/// How networks are put together: builder, names, settings.
@Suite struct SequentialTests {
    private func names(_ layers: [any Layer]) throws -> [String?] {
        try Sequential.named(layers).map(\.name)
    }

    @Test(arguments: [true, false])
    func theBuilderTakesConditionsLoopsAndLists(isWide: Bool) throws {
        let tail: [any Layer] = [Dropout(0.5), Dense(3)]
        let model = try Sequential(inputShape: [4]) {
            for units in [5, 6] {
                Dense(units)
                Activation(.relu)
            }
            if isWide {
                Dense(70)
            } else {
                Dense(7)
            }
            if isWide { Dense(8) }
            tail
        }
        let widths = model.layers.compactMap { ($0 as? Dense)?.units }
        #expect(widths == (isWide ? [5, 6, 70, 8, 3] : [5, 6, 7, 3]))
        #expect(model.layers.count == (isWide ? 8 : 7))
    }

    @Test func builderAndListGiveTheSameNetwork() throws {
        let built = try Sequential(inputShape: [4], seed: 3) {
            Dense(5)
            Dense(2)
        }
        let listed = try Sequential(inputShape: [4], seed: 3, layers: [Dense(5), Dense(2)])
        #expect(built.weights.map(\.tensor) == listed.weights.map(\.tensor))
        #expect(built.weights.map(\.name) == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"])
    }

    @Test func layersAreNamedAsKerasNamesThem() throws {
        let layers: [any Layer] = [
            Conv2D(1, kernelSize: 1), Conv2D(1, kernelSize: 1), MaxPooling2D(), AveragePooling2D(),
            GlobalMaxPooling2D(), GlobalAveragePooling2D(), BatchNormalization(), ZeroPadding2D(), Activation(.relu),
            Dropout(0.5), Flatten(), Reshape([1]), Dense(1), Dense(1), Dense(1), Conv2D(1, kernelSize: 1),
        ]
        #expect(
            try names(layers) == [
                "conv2d", "conv2d_1", "max_pooling2d", "average_pooling2d", "global_max_pooling2d",
                "global_average_pooling2d", "batch_normalization", "zero_padding2d", "activation", "dropout", "flatten",
                "reshape", "dense", "dense_1", "dense_2", "conv2d_2",
            ])
    }

    @Test func givenNamesAreKeptAndNotCounted() throws {
        #expect(try names([Dense(1, name: "head"), Dense(1)]) == ["head", "dense"])
        #expect(try names([Dense(1, name: "dense_1"), Dense(1), Dense(1)]) == ["dense_1", "dense", "dense_2"])
        #expect(try names([Dense(1), Dense(1, name: "dense")]) == ["dense_1", "dense"])
    }

    @Test func namesThatAreNoneAreRefused() {
        let twice = #expect(throws: ConvNetError.self) { try names([Dense(1, name: "a"), Dropout(0, name: "a")]) }
        #expect(twice == ConvNetError(.invalidModel, "two layers are called a; give each a name of its own"))
        let empty = #expect(throws: ConvNetError.self) { try names([Dense(1, name: "")]) }
        #expect(empty == ConvNetError(.invalidModel, "a layer's name is empty; give it one, or none at all"))
    }

    @Test(arguments: [[], [0], [-1], [3, 0], [1 << 33], [1 << 62, 1 << 62], [.max, .max, .max], [.min]])
    func inputShapesThatAreNoneAreRefused(shape: [Int]) {
        let error = #expect(throws: ConvNetError.self) { try Sequential(inputShape: shape) { Flatten() } }
        #expect(error?.kind == .invalidModel)
        #expect(error?.message.contains("\(shape)") == true)
    }

    @Test func aNetworkHasLayers() {
        let error = #expect(throws: ConvNetError.self) { try Sequential(inputShape: [1], layers: []) }
        #expect(error?.kind == .invalidModel)
    }

    @Test func countsAndShapes() throws {
        let model = try Sequential(inputShape: [8, 9, 3]) {
            Conv2D(4, kernelSize: 3, strides: 2, padding: .same)
            BatchNormalization()
            Flatten()
            Dense(10, useBias: false)
        }
        #expect(model.graph.layerOutputs.map(\.shape) == [[4, 5, 4], [4, 5, 4], [80], [10]])
        #expect(model.outputShape == [10])
        #expect(model.parameterCount == 3 * 3 * 3 * 4 + 4 + 4 * 4 + 800)
        #expect(model.trainableParameterCount == model.parameterCount - 8)
        #expect(
            model.parameters.map(\.name) == [
                "conv2d/kernel", "conv2d/bias", "batch_normalization/gamma", "batch_normalization/beta",
                "batch_normalization/moving_mean", "batch_normalization/moving_variance", "dense/kernel",
            ])
        #expect(model.parameters.map(\.isTrainable) == [true, true, true, true, false, false, true])
        #expect(model.parameters[0].shape == [3, 3, 3, 4])
    }

    @Test func theSeedDecidesTheWeights() throws {
        func weights(_ seed: UInt64) throws -> [Tensor] {
            try Sequential(inputShape: [5], seed: seed) {
                Dense(4)
                Dense(4)
            }.weights.map(\.tensor)
        }
        #expect(try weights(1) == weights(1))
        #expect(try weights(1)[0] != weights(2)[0])
        let (first, second) = (try weights(1)[0], try weights(1)[2])
        #expect(Array(first.scalars.prefix(8)) != Array(second.scalars.prefix(8)), "each weight has its own numbers")
    }

    @Test func weightsAreReplacedAllOrNone() throws {
        let model = try Sequential(inputShape: [2]) { Dense(3) }
        let before = model.weights.map(\.tensor)
        try model.setWeights(["dense/bias": Tensor([1, 2, 3])])
        #expect(model.weights[1].tensor.scalars == [1, 2, 3])
        #expect(model.weights[0].tensor == before[0])

        let shape = #expect(throws: ConvNetError.self) {
            try model.setWeights(["dense/bias": .zeros([3]), "dense/kernel": .zeros([3, 2])])
        }
        #expect(shape?.kind == .invalidArgument)
        #expect(shape?.message == "weight dense/kernel has shape [2, 3], not [3, 2]")
        let name = #expect(throws: ConvNetError.self) {
            try model.setWeights(["dense/bias": .zeros([3]), "dens/bias": .zeros([3])])
        }
        #expect(name?.message == "the network has no weight dens/bias; it has dense/bias, dense/kernel")
        #expect(model.weights[1].tensor.scalars == [1, 2, 3], "nothing was replaced")
    }

    @Test func inputsFitButForOnesAndFlattening() throws {
        let model = try Sequential(inputShape: [3, 4, 1], seed: 1) {
            Flatten()
            Dense(2)
        }
        let x = Tensor.uniform([5, 3, 4, 1], seed: 2)
        let expected = try model.predict(x)
        #expect(expected.shape == [5, 2])
        for shape in [[5, 3, 4], [5, 12], [5, 1, 3, 4], [5, 1, 12, 1]] {
            #expect(try model.predict(x.reshaped(to: shape)) == expected)
            #expect(model.predictor().predict(x.reshaped(to: shape)) == expected)
        }
        for shape in [[5, 4, 3, 1], [5, 2, 6], [5, 2, 2, 3], [10, 6], [60], [1, 60]] {
            let error = #expect(throws: ConvNetError.self) { try model.predict(x.reshaped(to: shape)) }
            #expect(error?.kind == .invalidArgument)
            #expect(error?.message.contains("\(Array(shape.dropFirst()))") == true)
            #expect(error?.message.contains("[3, 4, 1]") == true)
        }
        #expect(throws: ConvNetError.self) { try model.predict(Tensor(1)) }
        #expect(throws: ConvNetError.self) { try model.predict(.zeros([0, 1 << 62, 1 << 62])) }
    }

    @Test func noExamplesGiveNoOutputs() throws {
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        #expect(try model.predict(.zeros([0, 3])) == .zeros([0, 2]))
        #expect(try model.predictClasses(.zeros([0, 3])) == [])
    }

    @Test func batchSizesThatAreNoneAreRefused() throws {
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        for size in [0, -1, .min] {
            let error = #expect(throws: ConvNetError.self) { try model.predict(.zeros([1, 3]), batchSize: size) }
            #expect(error?.kind == .invalidArgument)
        }
        #expect(try model.predict(.zeros([4, 3]), batchSize: .max).shape == [4, 2])
    }

    /// 100,000 examples of 3.6 billion numbers each are more than any machine holds.
    @Test func batchesLargerThanMemoryAreRefused() throws {
        let model = try Sequential(inputShape: [1, 1, 1]) { ZeroPadding2D(30_000) }
        let x = Tensor.zeros([100_000, 1])
        let error = #expect(throws: ConvNetError.self) { try model.predict(x, batchSize: 100_000) }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.message.contains("give a smaller batch size") == true)
        model.compile(loss: .meanSquaredError)
        #expect(throws: ConvNetError.self) { try model.evaluate(x: x, y: x, batchSize: 100_000) }
    }

    @Test func classesAreTheLargestOutputsOrAboveOneHalf() throws {
        let many = try Sequential(inputShape: [3]) { Activation(.linear) }
        #expect(try many.predictClasses(Tensor([[1, 3, 2], [9, 1, 9], [0, 0, 1]])) == [1, 0, 2])
        #expect(many.predictor().predictClasses(Tensor([[1, 3, 2], [9, 1, 9]])) == [1, 0])
        let one = try Sequential(inputShape: [1]) { Activation(.linear) }
        #expect(try one.predictClasses(Tensor([[0.5], [0.51], [-3], [7]])) == [0, 1, 0, 1])
        let data = try Dataset(images: Tensor([[1, 3, 2], [9, 1, 9]]), labels: [0, 0])
        #expect(try many.predictClasses(data) == [1, 0])
        #expect(try many.predict(data) == data.images)
    }
}
