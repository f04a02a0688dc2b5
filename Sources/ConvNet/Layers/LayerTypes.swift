/// A height and a width, in pixels. An integer literal stands for a square.
public struct Size: Sendable, Hashable, Codable, ExpressibleByIntegerLiteral {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// - Parameters:
    ///   - height: Rows.
    ///   - width: Columns.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    public init(integerLiteral value: Int) {
        self.init(value, value)
    }

    /// Encoded as Keras does: `[height, width]`.
    public init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        self.init(try values.decode(Int.self), try values.decode(Int.self))
        guard values.isAtEnd else {
            throw DecodingError.dataCorruptedError(
                in: values, debugDescription: "a size has more than a height and a width")
        }
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(height)
        try values.encode(width)
    }
}

/// How windows treat the image's borders.
public enum Padding: String, Sendable, Hashable, Codable {
    /// Windows stay inside: output = floor((n - window) / stride) + 1.
    case valid
    /// Zeros around the image (for pooling: nothing) make output = ceil(n / stride); the odd pixel goes after.
    case same
}

/// Order of an image's dimensions.
public enum DataFormat: String, Sendable, Hashable, Codable {
    /// (height, width, channels).
    case channelsLast = "channels_last"
    /// (channels, height, width).
    case channelsFirst = "channels_first"

    var description: String {
        switch self {
        case .channelsLast: "height, width, channels"
        case .channelsFirst: "channels, height, width"
        }
    }
}

/// What a pooling window gives.
public enum PoolingKind: Sendable, Hashable {
    /// The largest element; the first of equals, and NaN before any number.
    case maximum
    /// The mean of the elements inside the image.
    case average
}

/// A penalty on weights, added to the loss: l1 Σ|w| + l2 Σw².
public struct Regularizer: Sendable, Hashable, Codable {
    /// Factor of the sum of magnitudes.
    public var l1: Float
    /// Factor of the sum of squares.
    public var l2: Float

    /// - Parameters:
    ///   - l1: Factor of the sum of magnitudes, at least 0.
    ///   - l2: Factor of the sum of squares, at least 0.
    public init(l1: Float = 0, l2: Float = 0) {
        self.l1 = l1
        self.l2 = l2
    }

    /// A penalty on magnitudes.
    public static func l1(_ factor: Float = 0.01) -> Regularizer { Regularizer(l1: factor) }
    /// A penalty on squares.
    public static func l2(_ factor: Float = 0.01) -> Regularizer { Regularizer(l2: factor) }
}
