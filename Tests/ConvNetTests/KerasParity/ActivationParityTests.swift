import Testing

@testable import ConvNet

/// Every activation against Keras, over small, large and special values.
@Suite struct ActivationParityTests {
    @Test func everyCaseIsThere() throws {
        let names = try Fixture.cases("activations").map { try $0.text("activation") }
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(
            counts == [
                "linear": 1, "relu": 1, "leaky_relu": 2, "elu": 2, "gelu": 2, "silu": 1, "sigmoid": 1, "tanh": 1,
                "softplus": 1, "softmax": 5,
            ])
    }

    @Test(arguments: try Fixture.cases("activations"))
    func layerOfItsOwn(_ keras: KerasCase) throws {
        let function = try KerasLayers.activation(named: try keras.text("activation"), keras.config)
        let shape = try keras.tensor("input").shape
        try expectParity(keras, function, try LayerProbe(Activation(function), inputShape: shape, isTraining: true))
    }

    /// A dense layer may do the activation in its own kernel. Its products with 0 and 1 are exact, so the activation sees
    /// the same numbers.
    @Test(arguments: try Fixture.cases("activations"))
    func partOfDense(_ keras: KerasCase) throws {
        let function = try KerasLayers.activation(named: try keras.text("activation"), keras.config)
        let shape = try keras.tensor("input").shape
        let columns = shape[shape.count - 1]
        let layer = Dense(columns, activation: function, useBias: false)
        let probe = try LayerProbe(layer, inputShape: shape, isTraining: true)
        try probe.setWeight("kernel", to: identity(columns))
        try expectParity(keras, function, probe)
    }

    /// So may a convolution.
    @Test(arguments: try Fixture.cases("activations"))
    func partOfConvolution(_ keras: KerasCase) throws {
        let function = try KerasLayers.activation(named: try keras.text("activation"), keras.config)
        let input = try keras.tensor("input")
        let columns = input.shape[input.rank - 1]
        let layer = Conv2D(columns, kernelSize: 1, activation: function, useBias: false)
        let images = [1, input.count / columns, 1, columns]
        let probe = try LayerProbe(layer, inputShape: images, isTraining: true)
        try probe.setWeight("kernel", to: identity(columns).reshaped(to: [1, 1, columns, columns]))
        try expectParity(keras, function, probe, shape: images)
    }

    private func identity(_ size: Int) -> Tensor {
        var identity = Tensor.zeros([size, size])
        for index in 0..<size { identity[index, index] = 1 }
        return identity
    }

    private func expectParity(
        _ keras: KerasCase, _ function: ActivationFunction, _ probe: LayerProbe, shape: [Int]? = nil
    ) throws {
        func tensor(_ name: String) throws -> Tensor {
            let tensor = try keras.tensor(name)
            return tensor.reshaped(to: shape ?? tensor.shape)
        }
        // Values: rounding relative to 1, about where the functions bend, or to the value where that is larger.
        let output = try tensor("output")
        expectClose(
            probe.forward(try tensor("input")), output, scales: .ones(output.shape), .elementwise, "output")

        // Gradients: the derivative, of the same kind, times the upstream gradient. Softmax sums over a row, whose largest
        // counts. The derivative of GELU's approximation has x/2 √(2/π) (1 + 0.134 x²) (1 - tanh²): the difference is off
        // by two roundings, and what multiplies it reaches 8 before tanh becomes 1.
        var scales = try tensor("upstream")
        var tolerance = Tolerance.elementwise
        switch function {
        case .softmax:
            tolerance = .sum(of: output.shape[output.rank - 1])
            scales = Tensor(shape: scales.shape, repeating: scales.scalars.reduce(0) { max($0, $1.magnitude) })
        case .gelu(approximate: true):
            tolerance = tolerance.times(8)
        default:
            break
        }
        expectClose(
            try probe.backward(try tensor("upstream")), try tensor("gradients/input"), scales: scales, tolerance,
            "gradient")
    }
}
