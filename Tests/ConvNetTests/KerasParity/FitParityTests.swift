import Testing

@testable import ConvNet

/// Whole small trainings against Keras: the history, the weights at the end, the predictions.
@Suite struct FitParityTests {
    @Test func everyCaseIsThere() throws {
        #expect(try Fixture.cases("fits").count == 11)
    }

    @Test(arguments: try Fixture.cases("fits"))
    func training(_ keras: KerasCase) throws {
        let x = try keras.tensor("x")
        let layers = try (keras.settings["layers"]?.array ?? []).map { layer in
            try KerasLayers.layer(
                try #require(layer["class_name"]?.string), try #require(layer["config"]))
        }
        let model = try Sequential(inputShape: Array(x.shape.dropFirst()), layers: layers)
        try model.setWeights(weights(of: model, keras, "before"))
        let optimizer = try #require(keras.settings["optimizer"])
        model.compile(
            optimizer: try KerasOptimizers.optimizer(
                try #require(optimizer["class_name"]?.string), try #require(optimizer["config"])),
            loss: try #require(Loss(name: try keras.text("loss"))), metrics: try metrics(keras))

        let fit = try #require(keras.settings["fit"])
        let epochs = try #require(fit["epochs"]?.integer)
        let batchSize = try #require(fit["batch_size"]?.integer)
        let history = try model.fit(
            x: x, y: try keras.tensor("y"), epochs: epochs, batchSize: batchSize,
            validationSplit: fit["validation_split"]?.double ?? 0, classWeights: classWeights(fit),
            sampleWeights: keras.tensors["sample_weight"]?.scalars, shuffle: false)

        // Every step carries on the roundings of the steps before, which training magnifies a little.
        let steps = epochs * ((x.shape[0] + batchSize - 1) / batchSize)
        let tolerance = Tolerance.sum(of: steps * x.shape[1]).times(2)
        let expected = keras.tensors(under: "history")
        #expect(Set(expected.keys) == Set(history.epochs.first?.logs.names ?? []))
        for (name, values) in expected {
            let actual = Tensor(shape: [history[name].count], scalars: history[name].map { Float($0) })
            expectClose(actual, values, tolerance, name)
        }
        let after = try weights(of: model, keras, "after")
        #expect(after.count == model.parameters.count)
        for (name, value) in model.weights {
            expectClose(value, try #require(after[name]), tolerance, "\(name) after training")
        }
        expectClose(
            try model.predict(x, batchSize: batchSize), try keras.tensor("predictions"), tolerance, "predictions")
    }

    /// The weights stored under a prefix, by the model's names for them.
    private func weights(of model: Sequential, _ keras: KerasCase, _ prefix: String) throws -> [String: Tensor] {
        var weights: [String: Tensor] = [:]
        for (index, layer) in model.layers.enumerated() {
            for (name, value) in keras.tensors(under: "\(prefix)/\(index)") {
                weights["\(try #require(layer.name))/\(name)"] = value
            }
        }
        return weights
    }

    private func metrics(_ keras: KerasCase) throws -> [Metric] {
        try (keras.settings["metrics"]?.array ?? []).map { metric in
            switch metric.string {
            case "accuracy": .accuracy
            case "mean_absolute_error": .meanAbsoluteError
            default: throw UnknownToTests(what: "metric \(metric.text)")
            }
        }
    }

    private func classWeights(_ fit: JSONValue) -> [Int: Float]? {
        guard let members = fit["class_weight"]?.members else { return nil }
        return Dictionary(
            uniqueKeysWithValues: members.compactMap { member in
                guard let label = Int(member.name), let weight = member.value.double else { return nil }
                return (label, Float(weight))
            })
    }
}
