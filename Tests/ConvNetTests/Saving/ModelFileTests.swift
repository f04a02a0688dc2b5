import Foundation
import Testing

@testable import ConvNet

/// What is saved comes back: every layer, optimizer, loss, metric and setting.
@Suite struct ModelFileTests {
    /// Saves, opens, and hands over what was opened.
    private func reopened(_ model: Sequential, customLayers: [any Layer.Type] = []) throws -> Sequential {
        try withTemporaryFolder { folder in
            try model.save(to: folder + "/model.safetensors")
            return try Sequential.load(from: folder + "/model.safetensors", customLayers: customLayers)
        }
    }

    private func bits(_ tensor: Tensor) -> [UInt32] { tensor.scalars.map(\.bitPattern) }

    /// Each layer with nothing at its default, in a network that fits it.
    static let layers: [(inputShape: [Int], layer: any Layer)] = [
        ([4, 5], Activation(.elu(alpha: 0.5), name: "bent")),
        ([4], Activation(.leakyReLU(slope: 0.125))),
        ([4], Activation(.gelu(approximate: true))),
        (
            [3, 8, 9],
            AveragePooling2D(poolSize: Size(3, 2), strides: Size(1, 2), padding: .same, dataFormat: .channelsFirst)
        ),
        (
            [3, 8, 9],
            BatchNormalization(
                axis: 1, momentum: 0.75, epsilon: 0.01, center: false, scale: true,
                betaInitializer: .constant(0.5), gammaInitializer: .randomUniform(low: 0.5, high: 2))
        ),
        (
            [3, 8, 9],
            Conv2D(
                5, kernelSize: Size(2, 3), strides: Size(2, 1), padding: .same, dilation: Size(1, 2),
                dataFormat: .channelsFirst, activation: .softplus, useBias: true, kernelInitializer: .heNormal,
                biasInitializer: .constant(-0.25), kernelRegularizer: .l1(0.125), biasRegularizer: .l2(0.5),
                name: "first")
        ),
        ([8, 9, 3], Conv2D(5, kernelSize: 3, useBias: false, kernelInitializer: .truncatedNormal(mean: 1))),
        (
            [6],
            Dense(
                7, activation: .elu(alpha: 2), useBias: true, kernelInitializer: .randomNormal(mean: 1),
                biasInitializer: .ones, kernelRegularizer: Regularizer(l1: 0.5, l2: 0.25),
                biasRegularizer: .l1(0.75), name: "head")
        ),
        ([6], Dropout(0.375, seed: .max)),
        ([3, 8, 9], Flatten(dataFormat: .channelsFirst)),
        ([3, 8, 9], GlobalAveragePooling2D(keepDimensions: true, dataFormat: .channelsFirst)),
        ([3, 8, 9], GlobalMaxPooling2D(keepDimensions: true, dataFormat: .channelsFirst)),
        (
            [3, 8, 9],
            MaxPooling2D(poolSize: Size(3, 2), strides: Size(1, 2), padding: .same, dataFormat: .channelsFirst)
        ),
        ([8, 9, 3], MaxPooling2D(poolSize: 4)),
        ([3, 8, 9], Reshape([-1, 9])),
        ([3, 8, 9], ZeroPadding2D(top: 1, bottom: 2, left: 3, right: 4, dataFormat: .channelsFirst)),
    ]

    @Test(arguments: layers.indices)
    func everySettingOfALayerComesBack(index: Int) throws {
        let (inputShape, layer) = Self.layers[index]
        let model = try Sequential(inputShape: inputShape, name: "one layer", seed: .max, layers: [layer])
        let opened = try reopened(model)
        // Layers cannot be compared, but all that they are made of can be printed.
        #expect("\(opened.layers)" == "\(model.layers)")
        #expect(opened.name == "one layer")
        #expect(opened.seed == .max)
        #expect(opened.inputShape == inputShape)
        #expect(opened.outputShape == model.outputShape)
        #expect(opened.weights.map(\.name) == model.weights.map(\.name))
        #expect(opened.weights.map { bits($0.tensor) } == model.weights.map { bits($0.tensor) })
        let x = Tensor.uniform([3] + inputShape, low: -1, high: 1, seed: 4)
        #expect(bits(try opened.predict(x)) == bits(try model.predict(x)))
    }

    @Test(arguments: [
        ActivationFunction.linear, .relu, .leakyReLU(), .leakyReLU(slope: 0.3), .elu(), .elu(alpha: 3), .gelu(),
        .gelu(approximate: true), .silu, .sigmoid, .tanh, .softplus, .softmax,
    ])
    func everyActivationComesBack(activation: ActivationFunction) throws {
        let model = try Sequential(inputShape: [3]) { Dense(4, activation: activation) }
        let opened = try reopened(model)
        #expect((opened.layers.first as? Dense)?.activation == activation)
    }

    @Test(arguments: [
        Initializer.glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal, .zeros, .ones,
        .constant(2), .randomNormal(mean: 1, standardDeviation: 2), .truncatedNormal(mean: 3, standardDeviation: 4),
        .randomUniform(low: -1, high: 5),
    ])
    func everyInitializerComesBack(initializer: Initializer) throws {
        let model = try Sequential(inputShape: [3]) { Dense(4, kernelInitializer: initializer) }
        #expect((try reopened(model).layers.first as? Dense)?.kernelInitializer == initializer)
    }

    static let optimizers: [any Optimizer] = [
        SGD(), SGD(learningRate: 0.5, momentum: 0.25, nesterov: true, clipping: .value(2)), RMSprop(),
        RMSprop(learningRate: 0.5, rho: 0.25, momentum: 0.125, epsilon: 0.75, centered: true, clipping: .norm(3)),
        Adam(), Adam(learningRate: 0.5, beta1: 0.25, beta2: 0.125, epsilon: 0.75, clipping: .globalNorm(4)), AdamW(),
        AdamW(learningRate: 0.5, weightDecay: 0.375, beta1: 0.25, beta2: 0.125, epsilon: 0.75, clipping: .value(5)),
    ]

    static let rates: [LearningRate] = [
        .constant(0.25), .piecewiseConstant(boundaries: [3, 5], values: [1, 2, 3]),
        .exponentialDecay(initial: 1, steps: 7, rate: 0.5, staircase: true),
        .cosineDecay(initial: 1, steps: 7, alpha: 0.5, warmUpTarget: 2, warmUpSteps: 3),
        .cosineDecay(initial: 1, steps: 7), .oneCycle(maximum: 2, steps: 9),
        .warmUp(steps: 4, then: .warmUp(steps: 5, then: .oneCycle(maximum: 1, steps: 3))),
    ]

    @Test(arguments: optimizers.indices)
    func everyOptimizerComesBack(index: Int) throws {
        let optimizer = Self.optimizers[index]
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        model.compile(optimizer: optimizer, loss: .meanSquaredError)
        let opened = try #require(try reopened(model).compilation)
        #expect("\(opened.optimizer)" == "\(optimizer)")
        #expect(opened.state == nil)
    }

    @Test(arguments: rates)
    func everyScheduleComesBack(rate: LearningRate) throws {
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        model.compile(optimizer: SGD(learningRate: rate), loss: .meanSquaredError)
        #expect(try reopened(model).compilation?.optimizer.learningRate == rate)
    }

    static let losses: [Loss] =
        [
            .categoricalCrossentropy(fromLogits: true), .sparseCategoricalCrossentropy(fromLogits: true),
            .binaryCrossentropy(fromLogits: true),
        ] + Loss.names.compactMap { Loss(name: $0) }

    @Test(arguments: losses)
    func everyLossComesBack(loss: Loss) throws {
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        model.compile(loss: loss)
        #expect(try reopened(model).compilation?.loss == loss)
    }

    @Test func everyMetricComesBack() throws {
        let metrics: [Metric] = [.meanAbsoluteError, .topK(), .accuracy, .meanSquaredError, .topK(3)]
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        model.compile(loss: .meanSquaredError, metrics: metrics)
        #expect(try reopened(model).compilation?.metrics == metrics)
    }

    @Test func aNetworkThatIsNotCompiledComesBackSo() throws {
        let model = try Sequential(inputShape: [3]) { Dense(2) }
        #expect(try reopened(model).compilation == nil)
    }

    /// Names that look like the file's own keys may not be rewritten on the way.
    @Test func informationComesBack() throws {
        let model = try Sequential(inputShape: [3]) { Dense(2, name: "Größe/α_β.camelCase") }
        model.info = ModelInfo(
            preprocessing: .init(scale: 1 / 255), classNames: ["null", "\"quoted\"\\", "", "häßlich\n\u{1F9E0}"],
            training: ["batchSize": "32", "batch_size": "64", "_x_": "1", "Data Set": "a\u{0}b", "": "empty"])
        let opened = try reopened(model)
        #expect(opened.info == model.info)
        #expect(opened.weights.map(\.name) == ["Größe/α_β.camelCase/kernel", "Größe/α_β.camelCase/bias"])
    }

    @Test(arguments: BuiltinNetwork.all.map(\.name))
    func builtInNetworksPredictTheSameBitsAfterwards(name: String) throws {
        let network = try BuiltinNetwork.named(name)
        let model = try network.model(seed: 5)
        let opened = try reopened(model)
        let x = Tensor.uniform([3] + network.inputShape, seed: 6)
        #expect(bits(try opened.predict(x)) == bits(try model.predict(x)))
        #expect(opened.summary() == model.summary())
        #expect(opened.compilation?.loss == network.loss)
        #expect(opened.compilation.map { "\($0.optimizer)" } == "\(network.optimizer)")
    }

    @Test func trainedStatisticsComeBack() throws {
        let model = try Sequential(inputShape: [3]) {
            BatchNormalization()
            Dense(2)
        }
        model.compile(loss: .meanSquaredError)
        try model.fit(
            x: .uniform([20, 3], low: 5, high: 9, seed: 1), y: .uniform([20, 2], seed: 2), epochs: 3, batchSize: 2)
        let opened = try reopened(model)
        #expect(opened.weights.map { bits($0.tensor) } == model.weights.map { bits($0.tensor) })
        #expect(opened.weights.first { $0.name.hasSuffix("moving_mean") }?.tensor.scalars.allSatisfy { $0 > 1 } == true)
    }

    /// Training goes on from a file as it would from the network, the optimizer's memory aside.
    @Test func trainingGoesOnFromAFile() throws {
        func made() throws -> Sequential {
            let model = try Sequential(inputShape: [3], seed: 3) {
                Dense(4, activation: .tanh)
                Dropout(0.5)
                Dense(2)
            }
            model.compile(optimizer: SGD(learningRate: 0.1), loss: .meanSquaredError)
            return model
        }
        let (x, y) = (Tensor.uniform([20, 3], seed: 1), Tensor.uniform([20, 2], seed: 2))
        let model = try made()
        let opened = try reopened(model)
        try model.fit(x: x, y: y, epochs: 2)
        try opened.fit(x: x, y: y, epochs: 2)
        #expect(opened.weights.map { bits($0.tensor) } == model.weights.map { bits($0.tensor) })
    }

    /// A layer that the library does not have.
    struct Doubling: Layer {
        static let className = "Doubling"
        var name: String?
        var times = 1

        func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
            guard let width = input.shape.last else { throw graph.problem("nothing to double") }
            let kernel = graph.parameter("factor", shape: [width, width], initializer: .constant(2))
            return graph.dense(input, kernel: kernel, bias: nil)
        }
    }

    @Test func customLayersComeBackWhereTheyAreNamed() throws {
        let model = try Sequential(inputShape: [1]) { Doubling(times: 7) }
        let opened = try reopened(model, customLayers: [Doubling.self])
        #expect((opened.layers.first as? Doubling)?.times == 7)
        #expect(try opened.predict(Tensor([[21]])).scalars == [42])
        let error = #expect(throws: ConvNetError.self) { try reopened(model) }
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("Doubling") == true)
    }

    @Test func theSameNetworkGivesTheSameFile() throws {
        try withTemporaryFolder { folder in
            let model = try BuiltinNetwork.named("cnn-compact").model(seed: 1)
            model.info.training = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key \($0)", "\($0)") })
            try model.save(to: folder + "/a")
            try Sequential.load(from: folder + "/a").save(to: folder + "/b")
            let (a, b) = (
                FileManager.default.contents(atPath: folder + "/a"), FileManager.default.contents(atPath: folder + "/b")
            )
            #expect(a != nil)
            #expect(a == b)
        }
    }

    @Test func settingsThatAreNotNumbersAreRefused() throws {
        try withTemporaryFolder { folder in
            let model = try Sequential(inputShape: [3]) { Dense(2, kernelRegularizer: .l1(.nan)) }
            let error = #expect(throws: ConvNetError.self) { try model.save(to: folder + "/a") }
            #expect(error?.kind == .invalidModel)
            #expect(error?.path == folder + "/a")
            #expect(try contents(of: folder).isEmpty)
        }
    }
}
