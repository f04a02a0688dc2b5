/// Pictures that are not what their headers say.
extension AttackFile {
    static let pictures = [
        AttackFile("png: 2^31 pixels a side", .picture, "at most 30,000 a side") {
            png(header(0x7fff_ffff, 0x7fff_ffff), zeros(100))
        },
        AttackFile("png: 30,000 pixels a side in 100 bytes", .picture, "so make it smaller") {
            png(header(30_000, 30_000, depth: 1), zeros(100))
        },
        AttackFile("png: packed 900 to 1", .picture, "so make it smaller") {
            // 64 million white pixels in 70 kB.
            png(header(8_000, 8_000), [UInt8](repeating: 0, count: 8_001 * 8_000))
        },
        AttackFile("png: fewer rows than is said", .picture, "PNG picture is damaged") {
            png(header(500, 500), zeros(501 * 10))
        },
        AttackFile("png: no pixels", .picture, "PNG picture is damaged") {
            signature + chunk("IHDR", header(28, 28)) + chunk("IEND", [])
        },
        AttackFile("png: no width", .picture, "PNG picture is damaged") { png(header(0, 28), zeros(100)) },
        AttackFile("png: a depth that is none", .picture, "PNG picture is damaged") {
            png(header(28, 28, depth: 77), zeros(29 * 28))
        },
        AttackFile("png: a chunk of 2 GiB", .picture, "PNG picture is damaged") {
            signature + chunk("IHDR", header(28, 28)) + bigEndian(0x7fff_ffff) + Array("IDAT".utf8) + zeros(1000)
        },
        AttackFile("png: a wrong checksum", .picture, "PNG picture is damaged") {
            var bytes = png(header(28, 28), zeros(29 * 28))
            bytes[30] ^= 1
            return bytes
        },
        AttackFile("png: a palette of 3,000 colours", .picture, "PNG picture is damaged") {
            signature + chunk("IHDR", header(28, 28, color: 3)) + chunk("PLTE", zeros(9_000))
                + chunk("IDAT", Deflate.zlib(zeros(29 * 28))) + chunk("IEND", [])
        },
        AttackFile("png: breaks off", .picture, "PNG picture is damaged") {
            Array(png(header(500, 500), zeros(501 * 500)).dropLast(200))
        },
        AttackFile("png: texts that unpack to 6 GiB, and no pixels", .picture, "PNG picture is damaged") {
            let text = chunk("zTXt", Array("k\0\0".utf8) + Deflate.zlib(zeros(1 << 26)))
            return signature + chunk("IHDR", header(28, 28)) + [[UInt8]](repeating: text, count: 100).flatMap(\.self)
        },
        AttackFile("picture: 70 MB", .picture, "pictures may have 64,000,000 at most") {
            signature + zeros(70_000_000)
        },
        AttackFile("jpeg: 65,500 pixels a side", .picture, "at most 30,000 a side") { jpeg(65_500, 65_500) },
        AttackFile("jpeg: 30,000 pixels a side in 700 bytes", .picture, "so make it smaller") { jpeg(30_000, 30_000) },
        AttackFile("jpeg: progressive, held whole", .picture, "JPEG picture") {
            jpeg(4_000, 4_000, components: 4, isProgressive: true, scans: ProgressiveScans.all(4_000, 4_000, count: 1))
        },
        AttackFile("jpeg: eight hundred scans", .picture, "more than 100 scans") {
            jpeg(1_600, 1_600, isProgressive: true, scans: ProgressiveScans.all(1_600, 1_600, count: 800))
        },
        AttackFile("jpeg: no tables", .picture, "JPEG picture is damaged") {
            [0xff, 0xd8] + frame(100, 100, components: 1, isProgressive: false) + [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]
                + zeros(1000)
        },
        AttackFile("jpeg: a segment of 65,535 bytes in ten", .picture, "JPEG picture is damaged") {
            [0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0, 0, 0, 0]
        },
        AttackFile("jpeg: a start and nothing else", .picture, "JPEG picture is damaged") { [0xff, 0xd8, 0xff] },
        AttackFile("picture: a page that runs a script", .picture, "neither a PNG nor a JPEG picture") {
            Array("<svg onload=\"alert(1)\"/>".utf8)
        },
        AttackFile("picture: empty", .picture, "this file is empty") { [] },
    ]

    // MARK: - PNG

    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    private static func header(_ width: Int, _ height: Int, depth: UInt8 = 8, color: UInt8 = 0) -> [UInt8] {
        bigEndian(width) + bigEndian(height) + [depth, color, 0, 0, 0]
    }

    private static func png(_ header: [UInt8], _ rows: [UInt8]) -> [UInt8] {
        signature + chunk("IHDR", header) + chunk("IDAT", Deflate.zlib(rows)) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return bigEndian(data.count) + body + bigEndian(Deflate.checksum(body))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    // MARK: - JPEG

    /// A JPEG whose tables are as short as they can be: one code for each kind of coefficient.
    private static func jpeg(
        _ width: Int, _ height: Int, components: UInt8 = 1, isProgressive: Bool = false, scans: [UInt8]? = nil
    ) -> [UInt8] {
        let quantization: [UInt8] = [0xff, 0xdb, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        // Codes of one bit: "no difference" for DC; for AC a run of 2^14 empty blocks, or the end of the block.
        let codes: [UInt8] = [1] + zeros(15)
        let tables: [UInt8] =
            [0xff, 0xc4, 0, 20, 0x00] + codes + [0] + [0xff, 0xc4, 0, 20, 0x10] + codes + [isProgressive ? 0xe0 : 0]
        let baseline: [UInt8] = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0] + zeros(500)
        return [0xff, 0xd8] + quantization
            + frame(width, height, components: components, isProgressive: isProgressive) + tables
            + (scans ?? baseline) + [0xff, 0xd9]
    }

    private static func frame(_ width: Int, _ height: Int, components: UInt8, isProgressive: Bool) -> [UInt8] {
        let sizes = [height >> 8, height & 0xff, width >> 8, width & 0xff].map { UInt8($0) }
        return [0xff, isProgressive ? 0xc2 : 0xc0, 0, 8 + 3 * components, 8] + sizes + [components]
            + (1...components).flatMap { [$0, 0x11, 0] }
    }
}

/// Scans of a progressive JPEG that each go over the whole picture, and say nothing.
private enum ProgressiveScans {
    /// First the DC coefficients, then of each AC coefficient one bit after the other.
    static func all(_ width: Int, _ height: Int, count: Int) -> [UInt8] {
        let blocks = ((width + 7) / 8) * ((height + 7) / 8)
        // A bit for each block: no difference.
        var result: [UInt8] = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: (blocks + 7) / 8)
        // Runs of 2^14 blocks without a coefficient: the code's bit, and 14 bits for how many more.
        let runs = [UInt8](repeating: 0, count: (15 * ((blocks >> 14) + 1) + 7) / 8)
        for index in 0..<count - 1 {
            let (coefficient, bit) = (UInt8(1 + index / 14), UInt8(13 - index % 14))
            let high: UInt8 = bit == 13 ? 0 : bit + 1
            result += [0xff, 0xda, 0, 8, 1, 1, 0, coefficient, coefficient, high << 4 | bit] + runs
        }
        return result
    }
}
