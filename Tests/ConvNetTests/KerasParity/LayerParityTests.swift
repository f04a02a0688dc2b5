import Testing

@testable import ConvNet

/// Every layer against Keras: output, gradients of input and weights, moving statistics.
@Suite struct LayerParityTests {
    @Test func everyCaseIsThere() throws {
        let layers = try Fixture.cases("layers").map { try $0.text("layer") }
        let counts = Dictionary(layers.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(
            counts == [
                "Dense": 9, "Conv2D": 26, "MaxPooling2D": 13, "AveragePooling2D": 11, "GlobalMaxPooling2D": 4,
                "GlobalAveragePooling2D": 4, "ZeroPadding2D": 3, "Flatten": 4, "Reshape": 3, "Dropout": 5,
                "BatchNormalization": 17,
            ])
    }

    @Test(arguments: try Fixture.cases("layers").filter { $0.tensors["output"] != nil })
    func layer(_ keras: KerasCase) throws {
        let input = try keras.tensor("input")
        let isTraining = keras.tensors["upstream"] != nil
        let layer = try KerasLayers.layer(try keras.text("layer"), keras.config)
        let probe = try LayerProbe(layer, inputShape: input.shape, isTraining: isTraining)
        let weights = keras.tensors(under: "weights")
        #expect(Set(probe.weightNames) == Set(weights.keys))
        for (name, value) in weights { try probe.setWeight(name, to: value) }

        let lengths = SumLengths(keras, input: input, output: try keras.tensor("output"))
        expectClose(probe.forward(input), try keras.tensor("output"), lengths.output, "output")
        for (name, value) in keras.tensors(under: "after") {
            expectClose(try probe.weight(name), value, lengths.statistics, "\(name) after the step")
        }
        guard isTraining else { return }
        let inputGradient = try probe.backward(try keras.tensor("upstream"))
        for (name, value) in keras.tensors(under: "gradients") {
            if name == "input" {
                expectClose(inputGradient, value, lengths.inputGradient, "gradient of the input")
            } else {
                expectClose(try probe.gradient(name), value, lengths.weightGradient, "gradient of \(name)")
            }
        }
    }
}

extension LayerParityTests {
    /// Masks differ between generators; how many elements stay, and what happens to them, must not.
    @Test(arguments: try Fixture.cases("layers").filter { $0.tensors["scale"] != nil })
    func dropoutInTraining(_ keras: KerasCase) throws {
        let input = try keras.tensor("input")
        let layer = try KerasLayers.layer(try keras.text("layer"), keras.config)
        let probe = try LayerProbe(layer, inputShape: input.shape, isTraining: true)
        let output = probe.forward(input)
        // The rate is rounded to a multiple of 2⁻¹⁶, which moves 1 / (1 - rate) by at most its square times half of that.
        let scale = try keras.tensor("scale").scalars[0]
        let bound = scale * scale * 0x1p-17 + scale * 0x1p-22
        var kept = 0
        for (value, original) in zip(output.scalars, input.scalars) where value != 0 {
            kept += 1
            #expect((value / original - scale).magnitude <= bound)
        }
        // Binomial, in Keras and here: five standard errors of the difference of two shares.
        let share = Float(kept) / Float(input.count)
        let expected = try keras.tensor("kept").scalars[0]
        #expect((share - expected).magnitude <= 5 * (2 * expected * (1 - expected) / Float(input.count)).squareRoot())
        // The gradient goes through the same mask.
        let gradient = try probe.backward(input)
        #expect(gradient == output)
    }
}

/// How many terms the sums of a layer have, and so how far rounding can drive its results.
private struct SumLengths {
    var output = Tolerance.elementwise
    var inputGradient = Tolerance.elementwise
    var weightGradient = Tolerance.elementwise
    var statistics = Tolerance.elementwise

    init(_ keras: KerasCase, input: Tensor, output: Tensor) {
        if let kernel = keras.tensors["weights/kernel"] {
            // A kernel is (…, in, out): an output sums over all but the last axis, an input's gradient over all but the
            // last but one, the kernel's gradient over all positions.
            let (inputs, outputs) = (kernel.shape[kernel.rank - 2], kernel.shape[kernel.rank - 1])
            self.output = .sum(of: kernel.count / outputs)
            inputGradient = .sum(of: kernel.count / inputs)
            weightGradient = .sum(of: output.count / outputs)
        } else if let mean = keras.tensors["weights/moving_mean"] {
            // Statistics are sums over all positions. Subtracting the mean loses what the values have in common: the
            // error of (x - mean) / deviation is that of x relative to the deviation.
            let deviation = (input - input.mean()).map { $0 * $0 }.mean().squareRoot()
            let offset = max(1, input.scalars.reduce(0) { max($0, $1.magnitude) } / deviation)
            let positions = Tolerance.sum(of: input.count / mean.count)
            self.output = positions.times(offset)
            inputGradient = positions.times(offset)
            weightGradient = positions.times(offset)
            statistics = positions
        } else if output.count < input.count, let window = keras.config["pool_size"]?.integers {
            self.output = .sum(of: window.reduce(1, *))
            inputGradient = .sum(of: window.reduce(1, *))
        } else {
            self.output = .sum(of: max(1, input.count / max(output.count, 1)))
        }
    }
}
