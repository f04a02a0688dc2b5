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

        // Adam's 1 - beta2 keeps few digits of beta2 in float32, and Keras writes it in two ways, here 1 - float(0.999) and
        // there float(0.001): that moves every step by half their relative difference, under a square root.
        let beta2 = (optimizer as? Adam)?.beta2 ?? (optimizer as? AdamW)?.beta2
        let stepError = beta2.map { 0.5 * 0x1p-24 / (1 - $0) } ?? 0

        let steps = try #require(keras.settings["steps"]?.integer)
        var moved: Float = 0
        for step in 0..<steps {
            for parameter in parameters {
                let gradient = try keras.tensor("gradients/\(name(of: parameter))")[row: step]
                gradients.floats.slice(parameter.offset, parameter.count).copy(from: gradient)
            }
            optimizer.apply(
                step: step, to: parameters, values: store.parameters.floats, gradients: gradients.floats,
                slots: slots.floats)
            for parameter in parameters {
                let after = try keras.tensor("after/\(name(of: parameter))")
                let expected = after[row: step].reshaped(to: parameter.shape)
                let previous = step == 0 ? before[name(of: parameter)] : after[row: step - 1]
                let change = expected - (try #require(previous)).reshaped(to: parameter.shape)
                moved += change.scalars.reduce(0) { max($0, $1.magnitude) }
                // The state is a running sum over the steps so far, and so are the parameters.
                let size = expected.scalars.reduce(0) { max($0, $1.magnitude) }
                let tolerance = Tolerance.sum(of: step + 1)
                expectClose(
                    store.tensor(parameter), expected,
                    Tolerance(relative: tolerance.relative + stepError * moved / size),
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
