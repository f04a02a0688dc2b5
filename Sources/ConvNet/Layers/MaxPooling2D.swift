/// The largest element of each window of each channel.
///
/// - Input shape: (height, width, channels), or (channels, height, width) for channels-first data.
/// - Output shape: (height', width', channels) in the same order; with `valid` padding
///   height' = floor((height - window) / stride) + 1, with `same` padding height' = ceil(height / stride).
///
/// Of equal elements the first in row-major order gets the gradient. A NaN in the window makes the result NaN.
public struct MaxPooling2D: Layer {
    /// Keras's name of the class.
    public static let className = "MaxPooling2D"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// The window, in pixels.
    public var poolSize: Size
    /// How far the window moves, in pixels; nil means as far as it is large.
    public var strides: Size?
    /// How borders are treated; what lies outside the image is left out.
    public var padding: Padding
    /// Order of the images' dimensions.
    public var dataFormat: DataFormat

    /// - Parameters:
    ///   - poolSize: The window, in pixels.
    ///   - strides: How far the window moves, in pixels; nil means as far as it is large.
    ///   - padding: How borders are treated.
    ///   - dataFormat: Order of the images' dimensions.
    ///   - name: The layer's own name.
    public init(
        poolSize: Size = 2, strides: Size? = nil, padding: Padding = .valid, dataFormat: DataFormat = .channelsLast,
        name: String? = nil
    ) {
        self.name = name
        self.poolSize = poolSize
        self.strides = strides
        self.padding = padding
        self.dataFormat = dataFormat
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.requirePositive(poolSize, "pool size")
        if let strides { try graph.requirePositive(strides, "strides") }
        return try graph.pooling2D(
            input, .maximum, window: poolSize, strides: strides ?? poolSize, padding: padding, dataFormat: dataFormat)
    }

    private enum CodingKeys: String, CodingKey {
        case name, strides, padding
        case poolSize = "pool_size"
        case dataFormat = "data_format"
    }
}
