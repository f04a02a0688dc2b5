import Testing

@testable import ConvNet

/// Every loss and regularizer against Keras: value and gradient.
@Suite struct LossParityTests {
    @Test func everyCaseIsThere() throws {
        let names = try Fixture.cases("losses").map { $0.settings["loss"]?.string ?? "regularizer" }
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(
            counts == [
                "CategoricalCrossentropy": 10, "SparseCategoricalCrossentropy": 4, "BinaryCrossentropy": 10,
                "MeanSquaredError": 4, "MeanAbsoluteError": 4, "regularizer": 3,
            ])
    }

    @Test(arguments: try Fixture.cases("losses").filter { $0.settings["loss"] != nil })
    func loss(_ keras: KerasCase) throws {
        let outputs = try keras.tensor("outputs")
        // A network without layers: its outputs are its inputs, and the loss's gradient is the inputs'.
        var builder = GraphBuilder(inputShape: Array(outputs.shape.dropFirst()))
        let graph = builder.finish()
        let rows = outputs.shape[0]
        let session = TrainingSession(
            graph: graph, store: ParameterStore(trainableCount: 0, stateCount: 0), loss: try loss(of: keras),
            metrics: [],
            batch: rows, isTraining: true, wantsInputGradient: true, seed: 1)
        let targets = try TargetData(
            try keras.tensor("targets"), outputShape: graph.output.shape,
            weights: keras.tensors["sample_weights"]?.scalars)
        session.execution.input.copy(from: outputs)
        session.targets.gather(targets, Array(0..<Int32(rows)), count: rows)
        let value = ComputeThread.shared.run { session.forward(count: rows, step: 0) }
        let gradient = Tensor(
            shape: outputs.shape, copying: try #require(session.execution.gradient(graph.output.buffer)))

        let tolerance = Tolerance.sum(of: outputs.count)
        expectClose(value, Double(try keras.tensor("value").scalars[0]), tolerance, "value")
        expectClose(gradient, try keras.tensor("gradient"), .sum(of: outputs.shape[1]), "gradient")
    }

    private func loss(of keras: KerasCase) throws -> Loss {
        let fromLogits = keras.config["from_logits"]?.bool ?? false
        return switch try keras.text("loss") {
        case "CategoricalCrossentropy": .categoricalCrossentropy(fromLogits: fromLogits)
        case "SparseCategoricalCrossentropy": .sparseCategoricalCrossentropy(fromLogits: fromLogits)
        case "BinaryCrossentropy": .binaryCrossentropy(fromLogits: fromLogits)
        case "MeanSquaredError": .meanSquaredError
        case "MeanAbsoluteError": .meanAbsoluteError
        case let name: throw UnknownToTests(what: "loss \(name)")
        }
    }

    @Test(arguments: try Fixture.cases("losses").filter { $0.settings["regularizer"] != nil })
    func regularizer(_ keras: KerasCase) throws {
        let weights = try keras.tensor("weights")
        let regularizer = Regularizer(l1: keras.config.float("l1") ?? 0, l2: keras.config.float("l2") ?? 0)
        let values = Arena(count: weights.count)
        let gradients = Arena(count: weights.count)
        values.floats.copy(from: weights)
        let value = Kernels.regularize(regularizer, parameters: values.floats, gradients: gradients.floats)
        expectClose(value, Double(try keras.tensor("value").scalars[0]), .sum(of: weights.count), "value")
        expectClose(
            Tensor(shape: weights.shape, copying: gradients.floats), try keras.tensor("gradient"), .elementwise,
            "gradient")
    }
}
