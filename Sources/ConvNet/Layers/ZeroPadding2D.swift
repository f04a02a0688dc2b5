/// Borders of zeros around images.
///
/// - Input shape: (height, width, channels), or (channels, height, width) for channels-first data.
/// - Output shape: (height + top + bottom, width + left + right, channels) in the same order.
public struct ZeroPadding2D: Layer {
    /// Keras's name of the class.
    public static let className = "ZeroPadding2D"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Rows of zeros above.
    public var top: Int
    /// Rows of zeros below.
    public var bottom: Int
    /// Columns of zeros on the left.
    public var left: Int
    /// Columns of zeros on the right.
    public var right: Int
    /// Order of the images' dimensions.
    public var dataFormat: DataFormat

    /// - Parameters:
    ///   - top: Rows of zeros above.
    ///   - bottom: Rows of zeros below.
    ///   - left: Columns of zeros on the left.
    ///   - right: Columns of zeros on the right.
    ///   - dataFormat: Order of the images' dimensions.
    ///   - name: The layer's own name.
    public init(
        top: Int, bottom: Int, left: Int, right: Int, dataFormat: DataFormat = .channelsLast, name: String? = nil
    ) {
        self.name = name
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
        self.dataFormat = dataFormat
    }

    /// The same border above and below, and the same on both sides.
    ///
    /// - Parameters:
    ///   - padding: Rows above and below, columns on either side.
    ///   - dataFormat: Order of the images' dimensions.
    ///   - name: The layer's own name.
    public init(_ padding: Size = 1, dataFormat: DataFormat = .channelsLast, name: String? = nil) {
        self.init(
            top: padding.height, bottom: padding.height, left: padding.width, right: padding.width,
            dataFormat: dataFormat, name: name)
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        guard [top, bottom, left, right].allSatisfy((0...Shape.largestSide).contains) else {
            throw graph.problem(
                "borders \(top), \(bottom), \(left), \(right); give 0 to \(Shape.largestSide) each")
        }
        return try graph.zeroPadding2D(
            input, top: top, bottom: bottom, left: left, right: right, dataFormat: dataFormat)
    }

    private enum CodingKeys: String, CodingKey {
        case name, top, bottom, left, right
        case dataFormat = "data_format"
    }
}
