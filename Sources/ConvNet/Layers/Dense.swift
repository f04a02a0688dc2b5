/// A fully connected layer: y = f(x W + b) along the last dimension.
///
/// - Input shape: (…, in). Output shape: (…, units).
/// - Weights: `kernel` (in, units), `bias` (units).
public struct Dense: Layer {
    /// Keras's name of the class.
    public static let className = "Dense"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Number of outputs.
    public var units: Int
    /// Applied to the result.
    public var activation: ActivationFunction
    /// Whether a bias is added.
    public var useBias: Bool
    /// What the kernel holds before training.
    public var kernelInitializer: Initializer
    /// What the bias holds before training.
    public var biasInitializer: Initializer
    /// Penalty on the kernel.
    public var kernelRegularizer: Regularizer?
    /// Penalty on the bias.
    public var biasRegularizer: Regularizer?

    /// - Parameters:
    ///   - units: Number of outputs, at least 1.
    ///   - activation: Applied to the result.
    ///   - useBias: Whether a bias is added.
    ///   - kernelInitializer: What the kernel holds before training.
    ///   - biasInitializer: What the bias holds before training.
    ///   - kernelRegularizer: Penalty on the kernel.
    ///   - biasRegularizer: Penalty on the bias.
    ///   - name: The layer's own name.
    public init(
        _ units: Int, activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil, name: String? = nil
    ) {
        self.name = name
        self.units = units
        self.activation = activation
        self.useBias = useBias
        self.kernelInitializer = kernelInitializer
        self.biasInitializer = biasInitializer
        self.kernelRegularizer = kernelRegularizer
        self.biasRegularizer = biasRegularizer
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.requireWidth(units, "units")
        guard let inputs = input.shape.last else {
            throw graph.problem("it takes at least one dimension, but the layer before gives a single number")
        }
        let kernel = graph.parameter(
            "kernel", shape: [inputs, units], initializer: kernelInitializer, regularizer: kernelRegularizer)
        let bias =
            useBias
            ? graph.parameter("bias", shape: [units], initializer: biasInitializer, regularizer: biasRegularizer) : nil
        return try graph.activation(graph.dense(input, kernel: kernel, bias: bias), activation)
    }

    private enum CodingKeys: String, CodingKey {
        case name, units, activation
        case useBias = "use_bias"
        case kernelInitializer = "kernel_initializer"
        case biasInitializer = "bias_initializer"
        case kernelRegularizer = "kernel_regularizer"
        case biasRegularizer = "bias_regularizer"
    }
}
