/// A 2-D convolution: y = f(x * W + b), the sum over a window of all channels.
///
/// - Input shape: (height, width, in), or (in, height, width) for channels-first data.
/// - Output shape: (height', width', filters) in the same order; with `valid` padding
///   height' = floor((height - reach) / stride) + 1 where reach = (kernel - 1) · dilation + 1, with `same` padding
///   height' = ceil(height / stride).
/// - Weights: `kernel` (kernel height, kernel width, in, filters), `bias` (filters).
public struct Conv2D: Layer {
    /// Keras's name of the class.
    public static let className = "Conv2D"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Number of output channels.
    public var filters: Int
    /// The window, in pixels.
    public var kernelSize: Size
    /// How far the window moves, in pixels.
    public var strides: Size
    /// How borders are treated.
    public var padding: Padding
    /// Distance between the window's pixels.
    public var dilation: Size
    /// Order of the images' dimensions.
    public var dataFormat: DataFormat
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
    ///   - filters: Number of output channels, at least 1.
    ///   - kernelSize: The window, in pixels.
    ///   - strides: How far the window moves, in pixels.
    ///   - padding: How borders are treated.
    ///   - dilation: Distance between the window's pixels; Keras demands stride 1 where it is not 1, this layer does not.
    ///   - dataFormat: Order of the images' dimensions.
    ///   - activation: Applied to the result.
    ///   - useBias: Whether a bias is added.
    ///   - kernelInitializer: What the kernel holds before training.
    ///   - biasInitializer: What the bias holds before training.
    ///   - kernelRegularizer: Penalty on the kernel.
    ///   - biasRegularizer: Penalty on the bias.
    ///   - name: The layer's own name.
    public init(
        _ filters: Int, kernelSize: Size, strides: Size = 1, padding: Padding = .valid, dilation: Size = 1,
        dataFormat: DataFormat = .channelsLast, activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil, name: String? = nil
    ) {
        self.name = name
        self.filters = filters
        self.kernelSize = kernelSize
        self.strides = strides
        self.padding = padding
        self.dilation = dilation
        self.dataFormat = dataFormat
        self.activation = activation
        self.useBias = useBias
        self.kernelInitializer = kernelInitializer
        self.biasInitializer = biasInitializer
        self.kernelRegularizer = kernelRegularizer
        self.biasRegularizer = biasRegularizer
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.requireWidth(filters, "filters")
        try graph.requirePositive(kernelSize, "kernel size")
        try graph.requirePositive(strides, "strides")
        try graph.requirePositive(dilation, "dilation")
        let channels = try graph.imageShape(input, dataFormat).channels
        let kernel = graph.parameter(
            "kernel", shape: [kernelSize.height, kernelSize.width, channels, filters],
            initializer: kernelInitializer, regularizer: kernelRegularizer)
        let bias =
            useBias
            ? graph.parameter("bias", shape: [filters], initializer: biasInitializer, regularizer: biasRegularizer)
            : nil
        let output = try graph.conv2D(
            input, kernel: kernel, bias: bias, strides: strides, padding: padding, dilation: dilation,
            dataFormat: dataFormat)
        return try graph.activation(output, activation)
    }

    private enum CodingKeys: String, CodingKey {
        case name, filters, strides, padding, activation
        case kernelSize = "kernel_size"
        case dilation = "dilation_rate"
        case dataFormat = "data_format"
        case useBias = "use_bias"
        case kernelInitializer = "kernel_initializer"
        case biasInitializer = "bias_initializer"
        case kernelRegularizer = "kernel_regularizer"
        case biasRegularizer = "bias_regularizer"
    }
}

extension GraphBuilder {
    /// Refuses windows and strides that no image has.
    func requirePositive(_ size: Size, _ what: String) throws {
        let range = 1...Shape.largestSide
        guard range.contains(size.height), range.contains(size.width) else {
            throw problem("\(what) \(size.height)x\(size.width); give 1 to \(range.upperBound) each")
        }
    }

    /// Refuses numbers of units and filters that no network has.
    func requireWidth(_ count: Int, _ what: String) throws {
        guard (1...Shape.largestWidth).contains(count) else {
            throw problem("\(count) \(what); give 1 to \(Shape.largestWidth)")
        }
    }
}
