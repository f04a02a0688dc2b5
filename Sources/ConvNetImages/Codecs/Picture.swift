import ConvNet

/// A picture in memory: 8 bits a channel, rows from top to bottom.
public struct Picture: Sendable, Equatable {
    /// What each pixel holds, under Keras's names for it.
    public enum ColorMode: Int, Sendable, CaseIterable {
        /// One channel, 0 black to 255 white.
        case grayscale = 1
        /// Red, green, blue.
        case rgb = 3
        /// Red, green, blue, and alpha: 0 transparent to 255 opaque.
        case rgba = 4

        /// Bytes a pixel.
        public var channels: Int { rawValue }
    }

    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// What each pixel holds.
    public let colorMode: ColorMode
    /// Shape (height, width, channels), row-major.
    public let pixels: [UInt8]

    /// A picture of given pixels.
    ///
    /// - Parameters:
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - colorMode: What each pixel holds.
    ///   - pixels: Shape (height, width, channels), row-major.
    /// - Precondition: Width and height are at least 1, and there are as many bytes as they say.
    public init(width: Int, height: Int, colorMode: ColorMode = .grayscale, pixels: [UInt8]) {
        precondition(width >= 1 && height >= 1, "a picture of \(width) x \(height) pixels has nothing in it")
        precondition(
            pixels.count == width * height * colorMode.channels,
            "\(pixels.count) bytes do not hold \(width) x \(height) pixels of \(colorMode.channels) channels")
        self.width = width
        self.height = height
        self.colorMode = colorMode
        self.pixels = pixels
    }
}

/// How large a picture may be. Checked at the file's header, before memory is taken for its pixels. Whatever is allowed
/// here, pixels and working memory are each at most 8 MiB and 200 times the file's bytes: what is packed better than that
/// shows next to nothing.
public struct PictureLimits: Sendable, Equatable {
    /// Most pixels in a row or column of the file's picture.
    public var maxSide: Int
    /// Most pixels that are decoded; each takes one byte in grey and three in colour.
    public var maxPixels: Int
    /// Most bytes of the file itself.
    public var maxFileSize: Int
    /// Most bytes that decoding may take besides file and pixels; libjpeg holds progressive pictures whole.
    public var maxWorkingMemory: Int

    /// The usual limits: 30,000 pixels a side, 64 million pixels, files of 64 MB, 100 MB of working memory.
    public static let standard = PictureLimits()

    /// What is not given is as usual.
    ///
    /// - Parameters:
    ///   - maxSide: Most pixels in a row or column.
    ///   - maxPixels: Most pixels that are decoded.
    ///   - maxFileSize: Most bytes of the file.
    ///   - maxWorkingMemory: Most bytes that decoding may take besides file and pixels.
    public init(
        maxSide: Int? = nil, maxPixels: Int? = nil, maxFileSize: Int? = nil, maxWorkingMemory: Int? = nil
    ) {
        self.maxSide = maxSide ?? FileLimits.imageSide
        self.maxPixels = maxPixels ?? FileLimits.imagePixels
        self.maxFileSize = maxFileSize ?? FileLimits.imageFileBytes
        self.maxWorkingMemory = maxWorkingMemory ?? FileLimits.imageWorkingBytes
    }
}
