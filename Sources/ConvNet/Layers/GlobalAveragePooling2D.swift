/// The mean of each channel over the whole image.
///
/// - Input shape: (height, width, channels), or (channels, height, width) for channels-first data.
/// - Output shape: (channels), or with `keepDimensions` an image of one pixel in the same order.
public struct GlobalAveragePooling2D: Layer {
    /// Keras's name of the class.
    public static let className = "GlobalAveragePooling2D"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Whether the result stays an image, of one pixel.
    public var keepDimensions: Bool
    /// Order of the images' dimensions.
    public var dataFormat: DataFormat

    /// - Parameters:
    ///   - keepDimensions: Whether the result stays an image, of one pixel.
    ///   - dataFormat: Order of the images' dimensions.
    ///   - name: The layer's own name.
    public init(keepDimensions: Bool = false, dataFormat: DataFormat = .channelsLast, name: String? = nil) {
        self.name = name
        self.keepDimensions = keepDimensions
        self.dataFormat = dataFormat
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.globalPooling2D(input, .average, keepDimensions: keepDimensions, dataFormat: dataFormat)
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case keepDimensions = "keepdims"
        case dataFormat = "data_format"
    }
}
