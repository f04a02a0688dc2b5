import Testing

@testable import ConvNet

/// Metrics against Keras: the value after each of several batches of different sizes.
@Suite struct MetricParityTests {
    @Test func everyCaseIsThere() throws {
        #expect(try Fixture.cases("metrics").count == 11)
    }

    @Test(arguments: try Fixture.cases("metrics"))
    func metric(_ keras: KerasCase) throws {
        let outputs = try keras.tensor("outputs")
        let batches = try #require(keras.settings["batches"]?.integers)
        var builder = GraphBuilder(inputShape: Array(outputs.shape.dropFirst()))
        let session = TrainingSession(
            graph: builder.finish(), store: ParameterStore(trainableCount: 0, stateCount: 0), loss: .meanSquaredError,
            metrics: [try metric(of: keras)], batch: batches.max() ?? 0, isTraining: false, seed: 1)
        let targets = try TargetData(
            try keras.tensor("targets"), outputShape: Array(outputs.shape.dropFirst()), weights: nil)

        var start = 0
        let expected = try keras.tensor("values").scalars
        try #require(expected.count == batches.count)
        for (size, value) in zip(batches, expected) {
            let rows = outputs[start..<start + size]
            session.execution.input.prefix(rows.count).copy(from: rows)
            session.targets.gather(targets, Array(Int32(start)..<Int32(start + size)), count: size)
            _ = ComputeThread.shared.run { session.forward(count: size, step: 0) }
            start += size
            // Shares of rows are quotients of whole numbers; mean errors sum over all elements so far.
            expectClose(
                session.totals.metrics[0].value, Double(value), .sum(of: start * outputs.shape[1]),
                "after \(start) rows")
        }
    }

    private func metric(of keras: KerasCase) throws -> Metric {
        switch try keras.text("metric") {
        case "CategoricalAccuracy", "SparseCategoricalAccuracy", "BinaryAccuracy": .accuracy
        case "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy":
            .topK(try #require(keras.config["k"]?.integer))
        case "MeanSquaredError": .meanSquaredError
        case "MeanAbsoluteError": .meanAbsoluteError
        case let name: throw UnknownToTests(what: "metric \(name)")
        }
    }
}
