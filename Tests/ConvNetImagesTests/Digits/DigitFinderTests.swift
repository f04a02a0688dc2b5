import Testing

@testable import ConvNetImages

@Suite struct DigitFinderTests {
    /// A 7 of 20 x 20 pixels in 28 x 28, with a soft edge.
    private let seven: [Float] = {
        var image = [Float](repeating: 0, count: 784)
        for y in 4..<24 {
            for x in 5..<23 {
                let stroke = y < 7 || (abs(x - (22 - (y - 4) * 2 / 3)) <= 2)
                if stroke, y < 7 || x > 7 { image[y * 28 + x] = 1 }
            }
        }
        return image
    }()

    private func find(_ picture: Picture) -> [DigitFinder.Digit] { DigitFinder().digits(in: picture) }

    private func centerOfMass(_ picture: Picture) -> (x: Double, y: Double) {
        var (sum, x, y) = (0.0, 0.0, 0.0)
        for (index, pixel) in picture.pixels.enumerated() {
            sum += Double(pixel)
            x += Double(pixel) * (Double(index % 28) + 0.5)
            y += Double(pixel) * (Double(index / 28) + 0.5)
        }
        return (x / sum, y / sum)
    }

    @Test(arguments: [24, 60, 200, 700, 1500], [true, false])
    func findsOneDigitOfAnySizeAndPolarity(_ size: Int, _ isDark: Bool) throws {
        var drawn = DrawnPicture(width: size * 3 / 2, height: size * 5 / 4)
        drawn.draw(seven, side: 28, x: size / 3, y: size / 8, size: size)
        let found = find(drawn.picture(isDark: isDark, gradient: 0.3, grain: 6))
        #expect(found.count == 1)
        let digit = try #require(found.first)
        #expect(digit.image.width == 28 && digit.image.height == 28 && digit.image.colorMode == .grayscale)
        let center = centerOfMass(digit.image)
        // Whole pixels are moved, to within half a one of MNIST's own middle.
        #expect(abs(center.x - 14.5) <= 0.51 && abs(center.y - 14.5) <= 0.51)
        // The digit's box of 18 x 20 of 28, found to a pixel of the image that a network sees.
        let pixel = Double(size) / 28
        #expect(abs(Double(digit.box.height) - 20 * pixel) <= 1.6 * pixel + 1)
        #expect(abs(Double(digit.box.x) - Double(size / 3) - 5 * pixel) <= 1.6 * pixel + 1)
    }

    @Test func leavesAnImageOfMNISTAlone() throws {
        let picture = Picture(width: 28, height: 28, pixels: seven.map { UInt8($0 * 255) })
        let found = try #require(find(picture).first).image
        // Placed by its centre of mass, but not one pixel is resampled.
        #expect(Set(found.pixels) == [0, 255])
        #expect(found.pixels.filter { $0 == 255 }.count == seven.filter { $0 == 1 }.count)
    }

    @Test func readsLineByLine() {
        var drawn = DrawnPicture(width: 500, height: 330)
        // Sizes tell the digits apart; those of a line do not stand at the same height.
        let places = [(20, 20, 100), (180, 35, 90), (330, 12, 110), (30, 190, 95), (200, 180, 105)]
        for (x, y, size) in places.reversed() { drawn.draw(seven, side: 28, x: x, y: y, size: size) }
        let found = find(drawn.picture(grain: 5))
        #expect(found.count == places.count)
        for (digit, place) in zip(found, places) {
            #expect(abs(digit.box.x - place.0 - place.2 * 5 / 28) <= 6 && abs(digit.box.y - place.1 - place.2 / 7) <= 6)
        }
    }

    @Test func overlooksSpecksAndLines() {
        var drawn = DrawnPicture(width: 420, height: 300)
        drawn.draw(seven, side: 28, x: 100, y: 40, size: 200)
        let clean = find(drawn.picture())
        for index in 0..<25 {
            drawn.fill(x: (index * 67 % 417)..<(index * 67 % 417 + 3), y: (index * 41 % 297)..<(index * 41 % 297 + 3))
        }
        for line in 1...4 { drawn.fill(x: 0..<420, y: (60 * line)..<(60 * line + 2), with: 0.6) }
        let found = find(drawn.picture(grain: 5))
        #expect(found.count == 1 && clean.count == 1)
        // The same place to a pixel of the image that a network sees.
        let (a, b) = (found[0].box, clean[0].box)
        #expect(max(abs(a.x - b.x), abs(a.y - b.y), abs(a.right - b.right), abs(a.bottom - b.bottom)) <= 200 / 28)
    }

    @Test(arguments: [20, 28, 100, 600], [true, false])
    func findsNothingOnEmptyPaper(_ size: Int, _ isDark: Bool) {
        let empty = DrawnPicture(width: size, height: size)
        #expect(find(empty.picture(isDark: isDark)).isEmpty)
        for seed in 0..<8 {
            let picture = empty.picture(isDark: isDark, gradient: 0.3, grain: 10 + Float(5 * seed), seed: UInt64(seed))
            #expect(find(picture).isEmpty)
        }
    }

    @Test func takesPicturesOfOnePixel() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 2)] {
            let pixels = (0..<(width * height)).map { UInt8($0 % 2 * 255) }
            _ = find(Picture(width: width, height: height, pixels: pixels))
        }
    }

    @Test func takesColor() {
        var drawn = DrawnPicture(width: 100, height: 100)
        drawn.draw(seven, side: 28, x: 10, y: 10, size: 80)
        let gray = drawn.picture()
        let color = Picture(width: 100, height: 100, colorMode: .rgb, pixels: gray.pixels.flatMap { [$0, $0, $0] })
        let found = find(color)
        #expect(found.count == 1)
        #expect(largestDifference(found[0].image.pixels, find(gray)[0].image.pixels) <= 1)
    }
}
