/// How a camera was held: what must be done to a picture so that it is upright.
///
/// Exif 2.32, 4.6.4 A: tag 0x0112, whose values 1 to 8 are the eight ways to turn and mirror a rectangle.
struct ExifOrientation: Equatable {
    /// 1 for a picture that is upright.
    let value: Int

    private static let tag = 0x0112
    private static let upright = 1

    init(_ value: Int) {
        self.value = (1...8).contains(value) ? value : Self.upright
    }

    /// What a JPEG file says; upright where it says nothing, or nothing sensible: the pixels are there all the same.
    init(jpeg bytes: [UInt8]) {
        self.init(Self.exifSegment(of: bytes).flatMap { Self.orientation(in: $0) } ?? Self.upright)
    }

    /// The TIFF structure inside the first APP1 segment that holds Exif.
    private static func exifSegment(of bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let exif = Array("Exif\0\0".utf8)
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xff {
            let marker = bytes[position + 1]
            // Any number of 0xff may stand before a marker.
            if marker == 0xff {
                position += 1
                continue
            }
            // From the start of the scan on, there are no more headers.
            if marker == 0xda || marker == 0xd9 { return nil }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            guard length >= 2, position + 2 + length <= bytes.count else { return nil }
            let content = bytes[(position + 4)..<(position + 2 + length)]
            if marker == 0xe1, content.starts(with: exif) { return content.dropFirst(exif.count) }
            position += 2 + length
        }
        return nil
    }

    /// The orientation in the first directory of a TIFF structure of either byte order.
    private static func orientation(in tiff: ArraySlice<UInt8>) -> Int? {
        let isLittleEndian = tiff.starts(with: Array("II".utf8))
        guard isLittleEndian || tiff.starts(with: Array("MM".utf8)) else { return nil }

        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset <= tiff.count - count else { return nil }
            let start = tiff.startIndex + offset
            let digits = tiff[start..<(start + count)]
            return isLittleEndian
                ? digits.reversed().reduce(0) { $0 << 8 | Int($1) } : digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let count = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + 12 * entry
            guard let tag = number(at: offset, bytes: 2) else { return nil }
            if tag == Self.tag { return number(at: offset + 8, bytes: 2) }
        }
        return nil
    }
}

extension Picture {
    /// The picture as it looks upright.
    func turned(by orientation: ExifOrientation) -> Picture {
        // In the upright picture, is the stored row the column, and do stored columns and rows count backwards?
        let (swaps, flipsX, flipsY) =
            switch orientation.value {
            case 2: (false, true, false)
            case 3: (false, true, true)
            case 4: (false, false, true)
            case 5: (true, false, false)
            case 6: (true, false, true)
            case 7: (true, true, true)
            case 8: (true, true, false)
            default: (false, false, false)
            }
        if !swaps, !flipsX, !flipsY { return self }
        let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
        let channels = colorMode.channels
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initializedCount in
            pixels.withUnsafeBufferPointer { source in
                var out = 0
                for row in 0..<newHeight {
                    for column in 0..<newWidth {
                        let (x, y) = swaps ? (row, column) : (column, row)
                        let from = (flipsY ? height - 1 - y : y) * width + (flipsX ? width - 1 - x : x)
                        for channel in 0..<channels {
                            target.initializeElement(at: out, to: source[from * channels + channel])
                            out += 1
                        }
                    }
                }
            }
            initializedCount = pixels.count
        }
        return Picture(width: newWidth, height: newHeight, colorMode: colorMode, pixels: turned)
    }
}
