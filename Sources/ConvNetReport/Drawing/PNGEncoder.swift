import ConvNetImages

/// PNG files by the image codecs.
enum PNGEncoder {
    /// - Parameter rgb: Rows from top to bottom, three bytes a pixel.
    static func encode(rgb: [UInt8], width: Int, height: Int) throws -> [UInt8] {
        try Picture(width: width, height: height, colorMode: .rgb, pixels: rgb).pngBytes()
    }
}
