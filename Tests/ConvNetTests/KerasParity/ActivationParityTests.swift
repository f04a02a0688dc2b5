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
    func activation(_ keras: KerasCase) throws {
        let input = try keras.tensor("input")
        let upstream = try keras.tensor("upstream")
        let function = try KerasLayers.activation(named: try keras.text("activation"), keras.config)
        let probe = try LayerProbe(Activation(function), inputShape: input.shape, isTraining: true)
        let (output, gradient) = (probe.forward(input), try probe.backward(upstream))
        // A function of one element: rounding relative to 1, about where the functions bend, or to the value where that is
        // larger. The gradient is the derivative, of that kind again, times the upstream gradient; softmax sums a row.
        let columns = function == .softmax ? input.shape[input.rank - 1] : 1
        expectClose(
            output, try keras.tensor("output"), scales: Tensor.ones(output.shape), .elementwise, "output")
        let scale = function == .softmax ? Tensor(upstream.scalars.reduce(0) { max($0, $1.magnitude) }) : upstream
        expectClose(
            gradient, try keras.tensor("gradients/input"), scales: scale + Tensor.zeros(gradient.shape),
            .sum(of: columns), "gradient")
    }

    /// A dense or convolution layer does the activation in its own kernel; that must give what a layer of its own gives.
    @Test(arguments: try Fixture.cases("activations").filter { $0.name != "softmax-5x1" })
    func fusedActivation(_ keras: KerasCase) throws {
        let input = try keras.tensor("input")
        let columns = input.shape[input.rank - 1]
        let function = try KerasLayers.activation(named: try keras.text("activation"), keras.config)
        let layer = Dense(columns, activation: function, useBias: false)
        let probe = try LayerProbe(layer, inputShape: input.shape, isTraining: true)
        var identity = Tensor.zeros([columns, columns])
        for index in 0..<columns { identity[index, index] = 1 }
        try probe.setWeight("kernel", to: identity)
        let own = try LayerProbe(Activation(function), inputShape: input.shape, isTraining: true)
        // Products with 0 and 1 are exact, so the fused kernel sees the same numbers.
        #expect(probe.forward(input) == own.forward(input))
        let upstream = try keras.tensor("upstream")
        #expect(try probe.backward(upstream) == own.backward(upstream))
    }
}
