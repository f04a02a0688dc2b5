/// One dimension out of many.
///
/// - Input shape: any. Output shape: (elements). Channels-first images are flattened in channels-last order, as Keras
///   does, so that weights trained behind either order fit.
public struct Flatten: Layer {
    /// Keras's name of the class.
    public static let className = "Flatten"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Order of the images' dimensions.
    public var dataFormat: DataFormat

    /// - Parameters:
    ///   - dataFormat: Order of the images' dimensions.
    ///   - name: The layer's own name.
    public init(dataFormat: DataFormat = .channelsLast, name: String? = nil) {
        self.name = name
        self.dataFormat = dataFormat
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.flatten(input, dataFormat: dataFormat)
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case dataFormat = "data_format"
    }
}
