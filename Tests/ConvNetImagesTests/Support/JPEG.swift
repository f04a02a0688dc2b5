import Foundation
import JPEGEncoder

/// JPEG files for tests.
enum JPEG {
    /// - Parameter channels: 1 grey, 3 RGB, 4 CMYK.
    static func encode(
        _ pixels: [UInt8], width: Int, channels: Int = 1, quality: Int = 95, isProgressive: Bool = false
    ) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        encode_jpeg(
            pixels, UInt32(width), UInt32(pixels.count / width / channels), Int32(channels), Int32(quality),
            isProgressive ? 1 : 0, &bytes, &count)
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// The same file with an APP1 segment that says how the camera was held.
    static func withOrientation(_ value: Int, _ jpeg: [UInt8], isLittleEndian: Bool) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let digits = (0..<count).map { UInt8(value >> (8 * $0) & 0xff) }
            return isLittleEndian ? digits : digits.reversed()
        }
        // A directory of two entries: the picture's maker first, so that the tag has to be looked for.
        let tiff =
            Array((isLittleEndian ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
            + number(0x010f, 2) + number(2, 2) + number(4, 4) + Array("abc\0".utf8)
            + number(0x0112, 2) + number(3, 2) + number(1, 4) + number(value, 2) + number(0, 2) + number(0, 4)
        let segment = Array("Exif\0\0".utf8) + tiff
        let length = segment.count + 2
        return jpeg[..<2] + [0xff, 0xe1, UInt8(length >> 8), UInt8(length & 0xff)] + segment + jpeg[2...]
    }
}
