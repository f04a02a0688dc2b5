import Testing

@testable import ConvNet

/// Optimizers and learning-rate schedules against Keras.
@Suite struct OptimizerParityTests {
    @Test func everyCaseIsThere() throws {
        let names = try Fixture.cases("optimizers").map { try $0.text("optimizer") }
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts == ["SGD": 13, "RMSprop": 16, "Adam": 9, "AdamW": 8])
        #expect(try Fixture.cases("schedules").count == 6)
    }

    @Test(arguments: try Fixture.cases("optimizers"))
    func trajectory(_ keras: KerasCase) throws {
        let schedule = try keras.settings["schedule"].map { settings in
            try KerasOptimizers.schedule(
                try #require(settings["class_name"]?.string), try #require(settings["config"]))
        }
        let optimizer = try KerasOptimizers.optimizer(
            try keras.text("optimizer"), keras.config, schedule: schedule)

        let before = keras.tensors(under: "before")
        var builder = GraphBuilder(inputShape: [1])
        let parameters = before.sorted { $0.key < $1.key }.map { name, value in
            builder.parameter(name, shape: value.shape, initializer: .zeros)
        }
        let graph = builder.finish()
        let store = ParameterStore(trainableCount: graph.trainableCount, stateCount: 0)
        let gradients = Arena(count: graph.trainableCount)
        let slots = Arena(count: optimizer.slotCount * graph.trainableCount)
        for parameter in parameters {
            store.set(parameter, to: try #require(before[name(of: parameter)]))
        }

        let steps = try #require(keras.settings["steps"]?.integer)
        for step in 0..<steps {
            for parameter in parameters {
                let gradient = try keras.tensor("gradients/\(name(of: parameter))")[row: step]
                gradients.floats.slice(parameter.offset, parameter.count).copy(from: gradient)
            }
            optimizer.clipping.apply(to: gradients.floats, of: parameters)
            optimizer.apply(
                OptimizerUpdate(
                    step: step, rate: optimizer.learningRate.value(at: step), parameters: store.parameters.floats,
                    gradients: gradients.floats, slots: slots.floats))
            for parameter in parameters {
                let expected = try keras.tensor("after/\(name(of: parameter))")[row: step]
                // The state is a running sum over the steps so far, and so are the parameters.
                expectClose(
                    store.tensor(parameter), expected.reshaped(to: parameter.shape), .sum(of: step + 1),
                    "\(name(of: parameter)) after step \(step)")
            }
        }
    }

    private func name(of parameter: Parameter) -> String { String(parameter.name.drop { $0 == "/" }) }

    @Test(arguments: try Fixture.cases("schedules"))
    func schedule(_ keras: KerasCase) throws {
        let schedule = try KerasOptimizers.schedule(try keras.text("schedule"), keras.config)
        let steps = try #require(keras.settings["steps"]?.integers)
        let values = Tensor(shape: [steps.count], scalars: steps.map { schedule.value(at: $0) })
        // Keras computes in float32: the argument of the cosine or the exponent is off by a rounding.
        expectClose(values, try keras.tensor("values"), .sum(of: 1), "rates")
    }
}
