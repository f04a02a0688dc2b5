import Testing

@testable import ConvNet

/// What predictions with fixed weights leave out and work out beforehand.
@Suite struct InferenceGraphTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let inputShape: [Int]
        /// Names of the steps' types.
        let steps: [String]
        let layers: @Sendable () -> [any Layer]
    }

    static let cases = [
        Case(
            testDescription: "behind a convolution, with ReLU and pooling behind it", inputShape: [9, 8, 3],
            steps: ["Conv2DMaxPooling2DStep"]
        ) {
            [
                Conv2D(20, kernelSize: 3, padding: .same), BatchNormalization(), Activation(.relu), MaxPooling2D(),
                Dropout(0.5),
            ]
        },
        Case(testDescription: "no bias, no scale", inputShape: [7, 7, 2], steps: ["Conv2DStep"]) {
            [Conv2D(5, kernelSize: Size(3, 1), useBias: false), BatchNormalization(scale: false)]
        },
        Case(testDescription: "two without a bias", inputShape: [12, 12, 16], steps: ["Conv2DStep", "Conv2DStep"]) {
            [
                Conv2D(17, kernelSize: 3, useBias: false), BatchNormalization(center: false), Activation(.relu),
                Conv2D(16, kernelSize: 3, useBias: false), BatchNormalization(), Activation(.relu),
            ]
        },
        Case(
            testDescription: "channels first", inputShape: [3, 8, 9],
            steps: ["TransposeStep", "Conv2DStep", "TransposeStep"]
        ) {
            [Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst), BatchNormalization(axis: 1)]
        },
        Case(
            testDescription: "behind dense layers", inputShape: [11], steps: ["DenseStep", "DenseStep", "SoftmaxStep"]
        ) {
            [
                Dense(9), Dropout(0.2), BatchNormalization(), Activation(.relu), Dropout(0.2),
                Dense(4, useBias: false), BatchNormalization(), Activation(.softmax),
            ]
        },
        Case(
            testDescription: "an activation between", inputShape: [6, 6, 2],
            steps: ["Conv2DStep", "BatchNormalizationStep"]
        ) {
            [Conv2D(3, kernelSize: 3, activation: .relu), BatchNormalization()]
        },
        Case(
            testDescription: "not a factor a channel", inputShape: [6, 6, 2],
            steps: ["Conv2DStep", "BatchNormalizationStep"]
        ) {
            [Conv2D(3, kernelSize: 3), Flatten(), BatchNormalization()]
        },
        Case(
            testDescription: "behind pooling and at the start", inputShape: [6, 6, 2],
            steps: ["DropoutStep", "BatchNormalizationMaxPooling2DStep", "BatchNormalizationStep"]
        ) {
            [Dropout(0.1), BatchNormalization(), MaxPooling2D(), BatchNormalization()]
        },
        Case(
            testDescription: "read twice", inputShape: [5],
            steps: ["DenseStep", "BatchNormalizationStep", "DenseStep"]
        ) {
            [Forgetful()]
        },
    ]

    /// Normalises what it does not use.
    struct Forgetful: Layer {
        static let className = "Forgetful"
        var name: String?

        func build(_ input: GraphValue, in builder: inout GraphBuilder) throws -> GraphValue {
            let first = builder.parameter("first", shape: [5, 4], initializer: .glorotUniform)
            let second = builder.parameter("second", shape: [4, 3], initializer: .glorotUniform)
            let mean = builder.parameter("mean", shape: [4], initializer: .zeros, isTrainable: false)
            let variance = builder.parameter("variance", shape: [4], initializer: .ones, isTrainable: false)
            let value = builder.dense(input, kernel: first, bias: nil)
            _ = try builder.batchNormalization(
                value, isChannelsFirst: false, gamma: nil, beta: nil, movingMean: mean, movingVariance: variance,
                momentum: 0.9, epsilon: 0.001)
            return builder.dense(value, kernel: second, bias: nil)
        }
    }

    private static func model(_ test: Case) throws -> Sequential {
        let model = try Sequential(inputShape: test.inputShape, seed: 5, layers: test.layers())
        // Statistics, scales and biases as training leaves them.
        try model.setWeights(
            Dictionary(
                uniqueKeysWithValues: model.weights.enumerated().map { index, weight in
                    let values = Tensor.uniform(weight.tensor.shape, seed: UInt64(index) + 9)
                    let offset: Float = weight.name.hasSuffix("variance") ? 0.1 : -0.4
                    return (weight.name, Tensor(shape: values.shape, scalars: values.scalars.map { $0 + offset }))
                }))
        return model
    }

    @Test(arguments: cases) func stepsAreLeftOut(test: Case) throws {
        let model = try Self.model(test)
        let (graph, _) = model.graph.forInference(
            ParameterStore(trainableCount: model.graph.trainableCount, stateCount: model.graph.stateCount))
        #expect(graph.steps.map { "\(type(of: $0))" } == test.steps)
    }

    @Test(arguments: cases) func outputsAreTheSameUpToRounding(test: Case) throws {
        let model = try Self.model(test)
        let x = Tensor.uniform([5] + test.inputShape, seed: 3)
        let expected = try model.predict(x).scalars
        let got = model.predictor().predict(x).scalars
        let largest = expected.map(abs).max() ?? 0
        #expect(largest > 0)
        for (expected, got) in zip(expected, got) { #expect(abs(expected - got) <= 4e-6 * max(largest, 1)) }
    }

    @Test func preparedWeightsChangeNoBit() throws {
        let model = try BuiltinNetwork.named("cnn-wide").model(seed: 1)
        let x = Tensor.uniform([3, 28, 28, 1], seed: 2)
        let prepared = PreparedWeights(
            graph: model.graph,
            store: ParameterStore(trainableCount: model.graph.trainableCount, stateCount: model.graph.stateCount))
        let counts = model.graph.steps.indices.map { prepared[$0]?.count ?? 0 }
        #expect((counts.max() ?? 0) > 36 * 32 * 64 || ConvNetRuntime.instructionSet == "ref")
        #expect(try model.predict(x) == model.predictor().predict(x))
    }
}
