/// PNG files for tests, written by hand: every colour type and bit depth, plain and interlaced, and what no encoder writes.
struct PNG {
    enum ColorType: Int, CaseIterable {
        case gray = 0, rgb = 2, palette = 3, grayAlpha = 4, rgba = 6

        var channels: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        var depths: [Int] {
            switch self {
            case .gray: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .grayAlpha, .rgba: [8, 16]
            }
        }
    }

    var width: Int
    var height: Int
    var colorType: ColorType
    var depth: Int
    var isInterlaced = false
    /// Samples of `depth` bits, shape (height, width, channels).
    var samples: [Int]
    var palette: [UInt8] = []
    var transparency: [UInt8] = []

    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    var bytes: [UInt8] {
        var result = Self.signature
        result += Self.chunk("IHDR", header)
        if !palette.isEmpty { result += Self.chunk("PLTE", palette) }
        if !transparency.isEmpty { result += Self.chunk("tRNS", transparency) }
        result += Self.chunk("IDAT", Self.zlib(rows))
        return result + Self.chunk("IEND", [])
    }

    var header: [UInt8] {
        Self.bigEndian(width) + Self.bigEndian(height)
            + [UInt8(depth), UInt8(colorType.rawValue), 0, 0, isInterlaced ? 1 : 0]
    }

    /// First column, first row, step between columns and between rows of each pass (PNG specification, 8.2).
    private static let adam7 = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]

    private var rows: [UInt8] {
        var result: [UInt8] = []
        for (left, top, across, down) in isInterlaced ? Self.adam7 : [(0, 0, 1, 1)] where left < width {
            for y in stride(from: top, to: height, by: down) {
                result += [0] + row(stride(from: left, to: width, by: across).map { (y * width + $0) })
            }
        }
        return result
    }

    /// Pixels packed as the format packs them, the leftmost in the highest bits.
    private func row(_ pixels: [Int]) -> [UInt8] {
        let channels = colorType.channels
        let values = pixels.flatMap { samples[($0 * channels)..<(($0 + 1) * channels)] }
        if depth == 16 { return values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } }
        let perByte = 8 / depth
        return stride(from: 0, to: values.count, by: perByte).map { start in
            (0..<perByte).reduce(UInt8(0)) { byte, index in
                let value = start + index < values.count ? values[start + index] : 0
                return byte | UInt8(value << (8 - depth * (index + 1)))
            }
        }
    }

    static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xff) }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return bigEndian(data.count) + body + bigEndian(Int(crc(body)))
    }

    /// A zlib stream of stored blocks.
    static func zlib(_ data: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, through: data.count, by: 0xffff) {
            let block = data[start..<min(start + 0xffff, data.count)]
            let length = UInt16(block.count)
            result += [start + 0xffff > data.count ? 1 : 0]
            result += [length, ~length].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] } + block
        }
        var (a, b) = (1, 0)
        for byte in data {
            a = (a + Int(byte)) % 65521
            b = (b + a) % 65521
        }
        return result + bigEndian(b << 16 | a)
    }

    /// CRC-32, bit by bit.
    static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
    }
}
