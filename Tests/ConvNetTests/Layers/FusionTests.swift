import Testing

@testable import ConvNet

/// An activation inside the step before it gives the same bits as one beside it, forward and backward.
@Suite struct FusionTests {
    static let activations: [ActivationFunction] = [
        .linear, .relu, .leakyReLU(slope: 0.3), .elu(alpha: 0.7), .gelu(), .gelu(approximate: true), .silu, .sigmoid,
        .tanh, .softplus, .softmax,
    ]

    private let x = Tensor.normal([12, 6, 6, 2], seed: 1)
    private let y = Tensor(shape: [12], scalars: (0..<12).map { Float($0 % 5) })

    private func trained(_ layers: [any Layer]) throws -> (weights: [[UInt32]], outputs: [UInt32], losses: [Double]) {
        let model = try Sequential(inputShape: [6, 6, 2], seed: 2, layers: layers)
        model.compile(optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy)
        let history = try model.fit(x: x, y: y, epochs: 3, batchSize: 5)
        return (model.weightBits, try model.predict(x).scalars.map(\.bitPattern), history["loss"])
    }

    @Test(arguments: activations)
    func theSameAsALayerOfItsOwn(activation: ActivationFunction) throws {
        let inside = try trained([
            Conv2D(4, kernelSize: 3, activation: activation), Flatten(), Dense(7, activation: activation),
            Dense(5, activation: .softmax),
        ])
        let beside = try trained([
            Conv2D(4, kernelSize: 3), Activation(activation), Flatten(), Dense(7), Activation(activation), Dense(5),
            Activation(.softmax),
        ])
        #expect(inside == beside)
        #expect(inside.losses.allSatisfy { $0.isFinite })
    }

    private struct Pass {
        let steps: Int
        let gradients: [Float]
        let outputs: [Float]
        let loss: Double
    }

    /// One training pass of the layers, which give five numbers, with or without fusing.
    private func pass(_ layers: [any Layer], isFusing: Bool) throws -> Pass {
        var builder = GraphBuilder(inputShape: [6, 6, 2], isFusing: isFusing)
        for (index, layer) in layers.enumerated() { try builder.append(layer, name: "layer\(index)") }
        let graph = builder.finish()
        let store = ParameterStore(trainableCount: graph.trainableCount, stateCount: graph.stateCount)
        for (index, parameter) in graph.parameters.enumerated() {
            store.set(
                parameter, to: parameter.initializer.tensor(shape: parameter.shape, seed: 3, stream: UInt32(index)))
        }
        let session = TrainingSession(
            graph: graph, store: store, loss: .meanSquaredError, metrics: [], batch: 12, isTraining: true, seed: 1)
        let examples = Sequential.Examples(
            inputs: InputData(x),
            targets: try TargetData(.normal([12, 5], seed: 4), outputShape: [5], weights: nil))
        session.load(examples, (0..<12).map { Int32($0) }, count: 12)
        let loss = ComputeThread.shared.run {
            let loss = session.forward(count: 12, step: 0)
            session.backward(count: 12, step: 0)
            return loss
        }
        func values(_ floats: Floats) -> [Float] { (0..<floats.count).map { floats.base[$0] } }
        return Pass(
            steps: graph.steps.count, gradients: values(session.gradientValues),
            outputs: values(session.execution.output), loss: loss)
    }

    @Test(arguments: activations, [true, false])
    func theSameAsAStepOfItsOwn(activation: ActivationFunction, isNormalized: Bool) throws {
        let normalization: [any Layer] = isNormalized ? [BatchNormalization(), Activation(activation)] : []
        let layers: [any Layer] =
            [Conv2D(4, kernelSize: 3, activation: activation)] + normalization
            + [Flatten(), Dense(5, activation: activation)]
        let (fused, plain) = (try pass(layers, isFusing: true), try pass(layers, isFusing: false))
        #expect(fused.gradients.map(\.bitPattern) == plain.gradients.map(\.bitPattern))
        #expect(fused.outputs.map(\.bitPattern) == plain.outputs.map(\.bitPattern))
        #expect(fused.loss == plain.loss)
        // GELU and SiLU need what went into them, which a fused step does not keep; softmax needs whole rows.
        let isHosted = activation.kernel.map { $0.isLinear == false && $0.kind.usesOutput } ?? false
        let normalized = isNormalized && activation == .relu ? 1 : 0
        #expect(plain.steps - fused.steps == (isHosted ? 2 : 0) + normalized)
    }

    /// Pooling takes an odd line and column along, and ReLU on either side of it.
    @Test(arguments: [[], [Activation(.relu)]], [true, false])
    func poolingBehindNormalization(activation: [Activation], isBehind: Bool) throws {
        let pooling: [any Layer] = isBehind ? [MaxPooling2D()] + activation : activation + [MaxPooling2D()]
        let layers: [any Layer] =
            [Conv2D(9, kernelSize: 2), BatchNormalization()] + pooling + [Flatten(), Dense(5)]
        let (fused, plain) = (try pass(layers, isFusing: true), try pass(layers, isFusing: false))
        #expect(fused.outputs.map(\.bitPattern) == plain.outputs.map(\.bitPattern))
        expectClose(
            Tensor(shape: [fused.gradients.count], scalars: fused.gradients),
            Tensor(shape: [plain.gradients.count], scalars: plain.gradients), .sum(of: 12 * 25), "gradients")
        #expect(plain.steps - fused.steps == 1 + activation.count)
    }

    @Test func onlyOneActivationFitsIntoAStep() throws {
        var builder = GraphBuilder(inputShape: [3])
        try builder.append(Dense(4, activation: .relu), name: "a")
        try builder.append(Activation(.tanh), name: "b")
        try builder.append(Activation(.tanh), name: "c")
        #expect(builder.finish().steps.count == 3)
    }

    @Test func anActivationBehindAReshapeIsFused() throws {
        let plain = try Sequential(inputShape: [3], seed: 1) {
            Dense(6, activation: .relu)
            Reshape([2, 3])
        }
        let turned = try Sequential(inputShape: [3], seed: 1) {
            Dense(6)
            Reshape([2, 3])
            Activation(.relu)
        }
        #expect(turned.graph.steps.count == 1)
        let x = Tensor.normal([4, 3], seed: 2)
        #expect(try turned.predict(x) == plain.predict(x))
    }

    /// Pooling inside the convolution, against a graph that keeps the images between: the same outputs in bits, and
    /// gradients that differ by the order of their sums alone.
    @Test(arguments: [1, 3, 16], [true, false])
    func poolingBehindAConvolution(channels: Int, isActivatedBehind: Bool) throws {
        func run(isFusing: Bool) throws -> (steps: Int, gradients: [Float], outputs: [UInt32]) {
            var builder = GraphBuilder(inputShape: [15, 12, channels], isFusing: isFusing)
            try builder.append(
                Conv2D(20, kernelSize: 3, activation: isActivatedBehind ? .linear : .relu), name: "a")
            try builder.append(MaxPooling2D(), name: "b")
            if isActivatedBehind { try builder.append(Activation(.relu), name: "c") }
            try builder.append(Conv2D(17, kernelSize: 2, activation: .relu), name: "d")
            try builder.append(MaxPooling2D(), name: "e")
            try builder.append(Flatten(), name: "f")
            try builder.append(Dense(5), name: "g")
            let graph = builder.finish()
            let store = ParameterStore(trainableCount: graph.trainableCount, stateCount: graph.stateCount)
            for (index, parameter) in graph.parameters.enumerated() {
                store.set(
                    parameter,
                    to: parameter.initializer.tensor(shape: parameter.shape, seed: 3, stream: UInt32(index)))
            }
            let session = TrainingSession(
                graph: graph, store: store, loss: .meanSquaredError, metrics: [], batch: 9, isTraining: true, seed: 1)
            let examples = Sequential.Examples(
                inputs: InputData(.uniform([9, 15, 12, channels], seed: 5)),
                targets: try TargetData(.normal([9, 5], seed: 4), outputShape: [5], weights: nil))
            session.load(examples, (0..<9).map { Int32($0) }, count: 9)
            ComputeThread.shared.run {
                _ = session.forward(count: 9, step: 0)
                session.backward(count: 9, step: 0)
            }
            func values(_ floats: Floats) -> [Float] { (0..<floats.count).map { floats.base[$0] } }
            return (
                graph.steps.count, values(session.gradientValues),
                values(session.execution.output).map(\.bitPattern)
            )
        }
        let (fused, plain) = (try run(isFusing: true), try run(isFusing: false))
        #expect(fused.outputs == plain.outputs)
        #expect(plain.steps - fused.steps == 4)
        let largest = plain.gradients.reduce(0) { max($0, abs($1)) }
        #expect(largest > 0)
        for (one, other) in zip(fused.gradients, plain.gradients) {
            #expect(abs(one - other) <= 1e-5 * largest)
        }
    }
}
