import ConvNet
import Foundation
import Testing

@testable import ConvNetImages

@Suite struct JPEGTests {
    private let width = 24
    private let height = 16

    /// A smooth picture, as JPEG likes it: brighter to the right and, less so, downwards.
    private func ramp(channels: Int = 1) -> [UInt8] {
        (0..<(width * height)).flatMap { index -> [UInt8] in
            let (x, y) = (index % width, index / width)
            return (0..<channels).map { channel in UInt8(20 + 7 * x + 3 * y - 12 * channel * x / width) }
        }
    }

    @Test(arguments: [false, true])
    func readsGrayAndColor(_ isProgressive: Bool) throws {
        let gray = ramp()
        let fromGray = JPEG.encode(gray, width: width, isProgressive: isProgressive)
        let picture = try Picture.decode(fromGray, path: "p")
        #expect(picture.width == width && picture.height == height)
        #expect(largestDifference(picture.pixels, gray) <= 6)
        #expect(
            largestDifference(
                try Picture.decode(fromGray, path: "p", colorMode: .rgb).pixels, gray.flatMap { [$0, $0, $0] }) <= 6)

        let color = ramp(channels: 3)
        let fromColor = JPEG.encode(color, width: width, channels: 3, isProgressive: isProgressive)
        #expect(largestDifference(try Picture.decode(fromColor, path: "p", colorMode: .rgb).pixels, color) <= 10)
        let lumas = color.chunked(3).map { luma($0.map { Double($0) }) }
        #expect(largestDifference(try Picture.decode(fromColor, path: "p").pixels, lumas) <= 10)
    }

    @Test func readsCMYK() throws {
        // libjpeg's own encoder marks CMYK as Adobe does, with ink inverted: 255 is none.
        let inks: [UInt8] = [255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255, 0, 128, 255, 255, 255]
        let blocks = inks.chunked(4).flatMap { ink in (0..<16).flatMap { _ in ink } }
        let pixels = (0..<16).flatMap { _ in blocks }
        let read = try Picture.decode(
            JPEG.encode(pixels, width: 64, channels: 4, quality: 100), path: "p", colorMode: .rgb)
        for (index, color) in [[255, 255, 255], [255, 0, 0], [0, 0, 0], [128, 255, 255]].enumerated() {
            let start = (8 * 64 + 16 * index + 8) * 3
            #expect(largestDifference(Array(read.pixels[start..<(start + 3)]), color.map { UInt8($0) }) <= 3)
        }
    }

    @Test(arguments: 1...8, [true, false])
    func turnsUpright(_ orientation: Int, _ isLittleEndian: Bool) throws {
        let upright = ramp()
        // What a camera stores that was held so: the inverse, written out for each value.
        func stored(_ x: Int, _ y: Int) -> UInt8 { upright[y * width + x] }
        let (w, h) = orientation <= 4 ? (width, height) : (height, width)
        let pixels = (0..<(w * h)).map { index -> UInt8 in
            let (x, y) = (index % w, index / w)
            return switch orientation {
            case 1: stored(x, y)
            case 2: stored(width - 1 - x, y)
            case 3: stored(width - 1 - x, height - 1 - y)
            case 4: stored(x, height - 1 - y)
            case 5: stored(y, x)
            case 6: stored(width - 1 - y, x)
            case 7: stored(width - 1 - y, height - 1 - x)
            default: stored(y, height - 1 - x)
            }
        }
        let plain = JPEG.encode(pixels, width: w, quality: 98)
        let jpeg = JPEG.withOrientation(orientation, plain, isLittleEndian: isLittleEndian)
        let picture = try Picture.decode(jpeg, path: "p")
        #expect(picture.width == width && picture.height == height)
        #expect(largestDifference(picture.pixels, upright) <= 6)
        #expect(try Picture.decode(plain, path: "p").width == w)
    }

    @Test func ignoresNonsenseInExif() throws {
        let plain = JPEG.encode(ramp(), width: width)
        for value in [0, 9, 65_535] {
            let jpeg = JPEG.withOrientation(value, plain, isLittleEndian: true)
            #expect(try Picture.decode(jpeg, path: "p").width == width)
        }
        // Any byte of the segment changed: never a crash, and the pixels are there all the same.
        let jpeg = JPEG.withOrientation(6, plain, isLittleEndian: true)
        for position in 12..<44 {
            var damaged = jpeg
            damaged[position] = 0xff
            #expect(try Picture.decode(damaged, path: "p").pixels.count == width * height)
        }
    }

    @Test(arguments: [false, true])
    func refusesTruncationAndDamage(_ isProgressive: Bool) {
        let bytes = JPEG.encode(ramp(), width: width, isProgressive: isProgressive)
        for count in 3..<bytes.count { expectRefused(Array(bytes[..<count])) }
        expectRefused(Array(bytes[..<(bytes.count - 9)]), naming: "JPEG", "damaged")
        // No table of quantisation; a marker amid the data.
        var damaged = bytes
        damaged[21] = 0xfe
        expectRefused(damaged)
        expectRefused(bytes[..<(bytes.count - 30)] + [0xff, 0xd0] + bytes[(bytes.count - 30)...])
    }

    @Test func refusesAtTheHeaderWhatIsTooLarge() throws {
        var bytes = JPEG.encode(ramp(), width: width)
        let frame = try #require(bytes.firstRange(of: [0xff, 0xc0]))
        // 60,000 x 60,000 pixels.
        bytes.replaceSubrange((frame.upperBound + 3)..<(frame.upperBound + 7), with: [0xea, 0x60, 0xea, 0x60])
        expectRefused(bytes, naming: "60,000 x 60,000", "smaller")
        expectRefused(JPEG.encode(ramp(), width: width), limits: PictureLimits(maxPixels: 383), naming: "24 x 16")
    }

    @Test func limitsTheMemoryOfProgressivePictures() throws {
        var bytes = JPEG.encode(ramp(), width: width, isProgressive: true)
        let frame = try #require(bytes.firstRange(of: [0xff, 0xc2]))
        // 2,800 x 2,800 pixels need 16 MB of coefficients, more than so small a file justifies.
        bytes.replaceSubrange((frame.upperBound + 3)..<(frame.upperBound + 7), with: [0x0a, 0xf0, 0x0a, 0xf0])
        expectRefused(bytes, naming: "memory", "smaller")
    }

    @Test func decodesScaledWhereThatIsEnough() throws {
        let pixels = (0..<(640 * 480)).map { UInt8($0 % 640 / 4) }
        let bytes = JPEG.encode(pixels, width: 640)
        for (enough, width) in [(nil, 640), (640, 640), (321, 640), (320, 320), (81, 160), (1, 80)] as [(Int?, Int)] {
            #expect(try Picture.decode(bytes, path: "p", enoughSide: enough).width == width)
        }
        let limited = try Picture.decode(
            bytes, path: "p", limits: PictureLimits(maxPixels: 100_000), enoughSide: 600)
        #expect(limited.width == 320)
    }

    @Test func saysWhatTheFileIsInstead() {
        expectRefused(Array("GIF89a......".utf8), naming: "GIF", "save it as")
        expectRefused(Array("%PDF-1.7".utf8), naming: "PDF")
        expectRefused(Array("hello".utf8), naming: "neither a PNG nor a JPEG")
        #expect(throws: ConvNetError.self) { try Picture.read("/nowhere.png") }
    }
}
