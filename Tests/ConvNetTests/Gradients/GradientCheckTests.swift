import Testing

@testable import ConvNet

/// Every layer's backward pass against central differences of its forward pass, through the public check.
@Suite struct GradientCheckTests {
    /// A network whose gradients are checked.
    struct Subject: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let inputShape: [Int]
        let layers: [any Layer]
        /// Whether the loss has kinks: ReLU's, or those where another element becomes the largest.
        var hasKinks = false

        init(_ name: String, _ inputShape: [Int], hasKinks: Bool = false, _ layers: any Layer...) {
            testDescription = name
            self.inputShape = inputShape
            self.layers = layers
            self.hasKinks = hasKinks
        }
    }

    private static let image = [7, 6, 3]
    private static let channelsFirst = [3, 7, 6]

    static let subjects: [Subject] =
        [
            Subject("dense", [5], Dense(4)),
            Subject("dense, rank 2", [3, 5], Dense(4)),
            Subject("dense, no bias", [5], Dense(4, useBias: false)),
            Subject(
                "dense, penalties", [5],
                Dense(4, kernelRegularizer: Regularizer(l2: 0.1), biasRegularizer: Regularizer(l2: 0.2))),
            Subject("convolution", image, Conv2D(4, kernelSize: 3)),
            Subject("convolution, same, strides", image, Conv2D(4, kernelSize: Size(2, 3), strides: 2, padding: .same)),
            Subject("convolution, dilation", image, Conv2D(4, kernelSize: 2, dilation: Size(2, 3))),
            Subject("convolution, strides and dilation", image, Conv2D(4, kernelSize: 2, strides: 2, dilation: 2)),
            Subject("convolution, one channel", [8, 7, 1], Conv2D(5, kernelSize: 3)),
            Subject("convolution, channels first", channelsFirst, Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst)),
            Subject("max pooling", image, hasKinks: true, MaxPooling2D()),
            Subject(
                "max pooling, overlapping", image, hasKinks: true, MaxPooling2D(poolSize: 3, strides: 2, padding: .same)
            ),
            Subject(
                "max pooling, channels first", channelsFirst, hasKinks: true, MaxPooling2D(dataFormat: .channelsFirst)),
            Subject("average pooling", image, AveragePooling2D()),
            Subject("average pooling, overlapping", image, AveragePooling2D(poolSize: 3, strides: 1, padding: .same)),
            Subject("global average pooling", image, GlobalAveragePooling2D()),
            Subject("global max pooling", image, hasKinks: true, GlobalMaxPooling2D()),
            Subject("zero padding", image, ZeroPadding2D(top: 0, bottom: 1, left: 2, right: 3)),
            Subject("flatten", image, Flatten()),
            Subject("flatten, channels first", channelsFirst, Flatten(dataFormat: .channelsFirst)),
            Subject("reshape", image, Reshape([6, -1])),
            Subject("dropout", [40], Dropout(0.4)),
            Subject("batch normalisation", image, BatchNormalization()),
            Subject("batch normalisation, matrix", [6], BatchNormalization()),
            Subject("batch normalisation, axis 1", channelsFirst, BatchNormalization(axis: 1)),
            Subject("batch normalisation, no scale", image, BatchNormalization(scale: false)),
            Subject("batch normalisation and ReLU", [6], hasKinks: true, BatchNormalization(), Activation(.relu)),
            Subject("softmax", [3, 5], Activation(.softmax)),
            // Wide enough to leave out the gradient that ReLU has no use for.
            Subject(
                "dense behind ReLU and dropout", [6], hasKinks: true, Dense(24, activation: .relu), Dropout(0.3),
                Dense(70)),
            Subject(
                "dense behind pooled ReLU", [7, 8, 1], hasKinks: true, Conv2D(3, kernelSize: 3, activation: .relu),
                MaxPooling2D(), Flatten(), Dense(70)),
            Subject(
                "dense behind a pooled convolution", [7, 8, 1], hasKinks: true, Conv2D(3, kernelSize: 3),
                MaxPooling2D(), Flatten(), Dense(70)),
            // No bias before batch normalisation, which takes it away again: its gradient is rounding alone.
            Subject(
                "a whole network", [8, 8, 1], Conv2D(4, kernelSize: 3, activation: .sigmoid), AveragePooling2D(),
                Conv2D(6, kernelSize: 2, useBias: false), BatchNormalization(), Activation(.silu), Dropout(0.25),
                Flatten(),
                Dense(7, activation: .tanh), Dense(3, activation: .softmax)),
        ] + activations.map { Subject("activation \($0)", [12], hasKinks: kinked.contains($0), Activation($0)) }
        + activations.map { Subject("dense, \($0)", [5], hasKinks: kinked.contains($0), Dense(8, activation: $0)) }

    private static let activations: [ActivationFunction] = [
        .linear, .relu, .leakyReLU(), .elu(), .elu(alpha: 0.5), .gelu(), .gelu(approximate: true), .silu, .sigmoid,
        .tanh,
        .softplus,
    ]
    /// ELU's second derivative jumps, which the differences see too.
    private static let kinked: [ActivationFunction] = [.relu, .leakyReLU(), .elu(), .elu(alpha: 0.5)]

    @Test(arguments: subjects)
    func layer(_ subject: Subject) throws {
        let model = try Sequential(inputShape: subject.inputShape, seed: 5, layers: subject.layers)
        model.compile(loss: .meanSquaredError)
        try randomize(model)
        let x = Tensor.normal([9] + model.inputShape, seed: 1)
        let y = Tensor.normal([9] + model.outputShape, seed: 2)
        try expectGradients(of: model, x, y, hasKinks: subject.hasKinks)
    }

    /// A loss with what comes before it.
    struct Goal: Sendable, CustomTestStringConvertible {
        let loss: Loss
        let activation: ActivationFunction
        var targets = Targets.oneHot
        var hasKinks = false

        enum Targets { case oneHot, labels, numbers, truths }

        var testDescription: String { "\(loss.name), logits \(loss.fromLogits), after \(activation.name)" }
    }

    @Test(arguments: [
        Goal(loss: .categoricalCrossentropy, activation: .softmax),
        Goal(loss: .categoricalCrossentropy, activation: .sigmoid),
        Goal(loss: .categoricalCrossentropy(fromLogits: true), activation: .linear),
        Goal(loss: .sparseCategoricalCrossentropy, activation: .softmax, targets: .labels),
        Goal(loss: .sparseCategoricalCrossentropy(fromLogits: true), activation: .linear, targets: .labels),
        Goal(loss: .binaryCrossentropy, activation: .sigmoid, targets: .truths),
        Goal(loss: .binaryCrossentropy(fromLogits: true), activation: .linear, targets: .truths),
        Goal(loss: .meanSquaredError, activation: .softmax),
        Goal(loss: .meanAbsoluteError, activation: .tanh, targets: .numbers, hasKinks: true),
    ])
    func loss(_ goal: Goal) throws {
        let model = try Sequential(inputShape: [6], seed: 3) { Dense(4, activation: goal.activation) }
        model.compile(loss: goal.loss)
        try randomize(model)
        let rows = 8
        let labels = (0..<rows).map { ($0 * 3 + $0 / 4) % 4 }
        let y =
            switch goal.targets {
            case .oneHot: try toCategorical(labels, classCount: 4)
            case .labels: Tensor(shape: [rows], scalars: labels.map { Float($0) })
            case .numbers: Tensor.normal([rows, 4], seed: 4)
            case .truths: Tensor.uniform([rows, 4], seed: 4).map { $0 < 0.5 ? 0 : 1 }
            }
        try expectGradients(of: model, Tensor.normal([rows, 6], seed: 5), y, hasKinks: goal.hasKinks)
    }

    /// The check must see a wrong gradient: here a loss that is not the one whose gradient was taken.
    @Test func findsAWrongGradient() throws {
        let model = try Sequential(inputShape: [4], seed: 1, layers: [Dense(3), HalfGradient()])
        model.compile(loss: .meanSquaredError)
        let check = try model.checkGradients(x: .normal([5, 4], seed: 1), y: .normal([5, 3], seed: 2))
        #expect(check.entries.map(\.name) == ["input", "dense/kernel", "dense/bias"])
        for entry in check.entries {
            #expect((0.9...1.1).contains(entry.largestError), "\(entry)")
        }
    }

    @Test func leavesTheNetworkAsItIs() throws {
        let model = try Sequential(inputShape: [4]) {
            Dense(3)
            BatchNormalization()
        }
        model.compile(loss: .meanSquaredError)
        let before = model.weights.map(\.tensor)
        _ = try model.checkGradients(x: .normal([5, 4], seed: 1), y: .normal([5, 3], seed: 2))
        #expect(model.weights.map(\.tensor) == before)
    }

    @Test func refusesWhatItCannotCheck() throws {
        let model = try Sequential(inputShape: [4], layers: [Dense(3)])
        let (x, y) = (Tensor.ones([2, 4]), Tensor.ones([2, 3]))
        #expect(throws: ConvNetError.self) { try model.checkGradients(x: x, y: y) }
        model.compile(loss: .meanSquaredError)
        #expect(throws: ConvNetError.self) { try model.checkGradients(x: .ones([2, 5]), y: y) }
        #expect(throws: ConvNetError.self) { try model.checkGradients(x: x, y: y, samples: 0) }
        #expect(throws: ConvNetError.self) { try model.checkGradients(x: x, y: y, step: 0) }
        #expect(throws: ConvNetError.self) { try model.checkGradients(x: .zeros([0, 4]), y: .zeros([0, 3])) }
    }

    /// Biases and normalisation's offsets begin with zeros, behind which errors could hide.
    private func randomize(_ model: Sequential) throws {
        for (index, parameter) in model.parameters.enumerated() where parameter.isTrainable {
            let offset = Tensor.normal(parameter.shape, standardDeviation: 0.5, seed: UInt64(100 + index))
            try model.setWeights([parameter.name: model.weights[index].tensor + offset])
        }
    }

    private func expectGradients(of model: Sequential, _ x: Tensor, _ y: Tensor, hasKinks: Bool) throws {
        let check = try model.checkGradients(x: x, y: y)
        #expect(check.entries.map(\.name) == ["input"] + model.parameters.filter(\.isTrainable).map(\.name))
        for entry in check.entries {
            // With h = 1/64 the loss's rounding, about 10⁻⁷, costs 10⁻⁵ of the slope, and what extrapolation leaves is
            // h⁴ times the fifth derivative, as little; gradients here are some hundredths. A kink that is too weak to
            // be left out changes the slope by up to twice the one per cent at which it would be.
            #expect(entry.largestError <= (hasKinks ? 0.02 : 0.001), "\(entry)")
            #expect(entry.checked >= (hasKinks ? 1 : 0) + (entry.checked + entry.kinks) / 2, "\(entry)")
            #expect(hasKinks || entry.kinks == 0, "\(entry)")
        }
    }
}

/// Passes values on as they are, and half of their gradients.
private struct HalfGradient: Layer {
    static let className = "HalfGradient"
    var name: String?

    func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        let output = graph.makeValue(shape: input.shape)
        graph.graph.steps.append(HalfGradientStep(input: input.buffer, output: output.buffer, count: input.count))
        return output
    }
}

private struct HalfGradientStep: Step {
    var input: BufferID
    var output: BufferID
    let count: Int
    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }

    func forward(_ memory: StepMemory, _ run: Run) {
        memory.output.prefix(run.batch * count).copy(from: memory.input.prefix(run.batch * count))
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let gradient = memory.inputGradient else { return }
        for index in 0..<run.batch * count { gradient.base[index] = memory.outputGradient.base[index] / 2 }
    }
}
