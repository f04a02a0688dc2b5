import CImageCodecs
import ConvNet
import Glibc

extension Picture {
    /// The picture as the bytes of a PNG file. The same picture gives the same bytes.
    ///
    /// - Throws: ``ConvNetError`` of kind `unavailable` where memory does not suffice.
    public func pngBytes() throws(ConvNetError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        var report = ic_report()
        let status = pixels.withUnsafeBufferPointer { source in
            ic_encode_png(
                source.baseAddress, UInt32(clamping: width), UInt32(clamping: height), UInt32(colorMode.channels),
                &bytes, &count, &report)
        }
        guard status == IC_OK else {
            throw ConvNetError(
                .unavailable,
                "a picture of \(width) x \(height) pixels can't be made a PNG (\(report.text)); make it smaller")
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Writes a PNG file, whole or not at all.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConvNetError``: `cannotCreate` where the file can't be made, `inputOutput` where writing fails.
    public func writePNG(to path: String) throws {
        try AtomicFile.write(try pngBytes(), to: path)
    }
}
