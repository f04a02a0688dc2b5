import ConvNet
import Foundation
import Testing

@testable import ConvNetImages

@Suite struct PNGTests {
    struct Variant: CustomTestStringConvertible {
        let type: PNG.ColorType
        let depth: Int
        let isInterlaced: Bool
        let isTransparent: Bool

        var testDescription: String {
            "\(type) \(depth) bits\(isInterlaced ? ", interlaced" : "")\(isTransparent ? ", tRNS" : "")"
        }

        static let all = PNG.ColorType.allCases.flatMap { type in
            type.depths.flatMap { depth in
                [false, true].flatMap { isInterlaced in
                    (type == .grayAlpha || type == .rgba ? [false] : [false, true])
                        .map { Variant(type: type, depth: depth, isInterlaced: isInterlaced, isTransparent: $0) }
                }
            }
        }
    }

    /// Width and height are no multiples of what a byte or a pass holds.
    private func picture(_ variant: Variant) -> PNG {
        var png = PNG(width: 13, height: 11, colorType: variant.type, depth: variant.depth, samples: [])
        png.isInterlaced = variant.isInterlaced
        var random = Noise(seed: 1)
        png.samples = (0..<(13 * 11 * variant.type.channels)).map { _ in
            Int.random(in: 0..<(1 << variant.depth), using: &random)
        }
        if variant.type == .palette {
            png.palette = (0..<(3 << variant.depth)).map { UInt8(truncatingIfNeeded: $0 * 71) }
        }
        if variant.isTransparent {
            png.transparency =
                variant.type == .palette
                ? (0..<(1 << variant.depth)).map { UInt8(truncatingIfNeeded: 255 - $0 * 37) }
                : png.samples[..<variant.type.channels].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        }
        return png
    }

    /// Red, green and blue over white, from the definition of the format.
    private func expected(_ png: PNG) -> [[Double]] {
        let most = Double(1 << png.depth - 1)
        let channels = png.colorType.channels
        let key = png.transparency.chunked(2).map { pair in pair.reduce(0) { $0 << 8 | Int($1) } }
        return png.samples.chunked(channels).map { sample in
            let scaled = sample.map { Double($0) / most * 255 }
            var color: [Double]
            var alpha = 1.0
            switch png.colorType {
            case .palette:
                color = (0..<3).map { Double(png.palette[3 * sample[0] + $0]) }
                if !png.transparency.isEmpty { alpha = Double(png.transparency[sample[0]]) / 255 }
            case .gray, .grayAlpha:
                color = [scaled[0], scaled[0], scaled[0]]
                alpha = png.colorType == .grayAlpha ? scaled[1] / 255 : sample == key ? 0 : 1
            case .rgb, .rgba:
                color = Array(scaled[..<3])
                alpha = png.colorType == .rgba ? scaled[3] / 255 : sample == key ? 0 : 1
            }
            return color.map { $0 * alpha + 255 * (1 - alpha) }
        }
    }

    @Test(arguments: Variant.all)
    func readsEveryColorTypeAndDepth(_ variant: Variant) throws {
        let png = picture(variant)
        let colors = expected(png)
        let rgb = try Picture.decode(png.bytes, path: "p", colorMode: .rgb)
        #expect(rgb.width == 13 && rgb.height == 11 && rgb.colorMode == .rgb)
        // One for rounding 16 bits to 8, and one for rounding the blend.
        #expect(largestDifference(rgb.pixels, colors.flatMap { $0.map { UInt8($0.rounded()) } }) <= 1)

        let gray = try Picture.decode(png.bytes, path: "p")
        #expect(gray.colorMode == .grayscale)
        #expect(largestDifference(gray.pixels, colors.map(luma)) <= 1)
    }

    @Test func leavesGammaAlone() throws {
        let png = picture(Variant(type: .gray, depth: 8, isInterlaced: false, isTransparent: false))
        let plain = png.bytes
        let gamma = PNG.chunk("gAMA", PNG.bigEndian(100_000))
        #expect(try Picture.decode(plain[..<33] + gamma + plain[33...], path: "p") == Picture.decode(plain, path: "p"))
    }

    @Test(arguments: [Picture.ColorMode.grayscale, .rgb, .rgba])
    func writesWhatItReads(_ mode: Picture.ColorMode) throws {
        let pixels = (0..<(19 * 7 * mode.channels)).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ $0 / 7) }
        let opaque = mode == .rgba ? pixels.enumerated().map { $0 % 4 == 3 ? 255 : $1 } : pixels
        let picture = Picture(width: 19, height: 7, colorMode: mode, pixels: opaque)
        let bytes = try picture.pngBytes()
        let color =
            mode == .grayscale
            ? opaque : opaque.enumerated().filter { mode == .rgb || $0.offset % 4 != 3 }.map(\.element)
        let read = try Picture.decode(bytes, path: "p", colorMode: mode == .grayscale ? .grayscale : .rgb)
        #expect(read.pixels == color)

        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).png").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try picture.writePNG(to: path)
        #expect(Array(try Data(contentsOf: URL(filePath: path))) == bytes)
        #expect(try Picture.read(path, colorMode: .rgb).width == 19)
        #expect(throws: ConvNetError.self) { try picture.writePNG(to: "/nowhere/at/all.png") }
    }

    private var sample: PNG {
        picture(Variant(type: .rgb, depth: 8, isInterlaced: true, isTransparent: false))
    }

    @Test func refusesEveryTruncation() {
        let bytes = sample.bytes
        for count in 1..<bytes.count { expectRefused(Array(bytes[..<count])) }
        expectRefused(Array(bytes[..<(bytes.count - 30)]), naming: "PNG", "damaged", "breaks off")
        expectRefused([], naming: "empty")
    }

    @Test func refusesDamage() {
        let bytes = sample.bytes
        for position in [17, 24, 25, 29, 40, 60, bytes.count - 20] {
            var damaged = bytes
            damaged[position] ^= 0x55
            expectRefused(damaged)
        }
    }

    @Test func refusesAtTheHeaderWhatIsTooLarge() {
        // 100,000 x 100,000 pixels in 200 bytes.
        var png = sample
        (png.width, png.height, png.samples) = (100_000, 100_000, [])
        let bytes =
            PNG.signature + PNG.chunk("IHDR", png.header) + PNG.chunk("IDAT", [UInt8](repeating: 0, count: 143))
            + PNG.chunk("IEND", [])
        #expect(bytes.count == 200)
        expectRefused(bytes, naming: "100,000 x 100,000", "smaller")
        let small = sample.bytes
        expectRefused(small, limits: PictureLimits(maxSide: 12), naming: "13 x 11")
        expectRefused(small, limits: PictureLimits(maxPixels: 142), naming: "13 x 11")
        #expect(throws: Never.self) {
            try Picture.decode(small, path: "p", limits: PictureLimits(maxSide: 13, maxPixels: 143))
        }
    }

    @Test func refusesMorePixelsThanBytesCanHold() {
        var png = sample
        (png.width, png.height, png.samples) = (2_800, 2_800, [])
        let header = PNG.signature + PNG.chunk("IHDR", png.header)
        expectRefused(
            header + PNG.chunk("IDAT", PNG.zlib([])) + PNG.chunk("IEND", []), naming: "more pixels than its bytes")
        // Rows that are missing at the end.
        (png.width, png.height) = (13, 40)
        png.isInterlaced = false
        png.samples = (0..<(13 * 40 * 3)).map { $0 % 256 }
        let whole = png.header
        png.height = 12
        png.samples = Array(png.samples[..<(13 * 12 * 3)])
        expectRefused(PNG.signature + PNG.chunk("IHDR", whole) + png.bytes[33...])
    }

    @Test func refusesAlphaAsAnswer() {
        #expect(throws: ConvNetError.self) { try Picture.decode(sample.bytes, path: "p", colorMode: .rgba) }
    }
}
