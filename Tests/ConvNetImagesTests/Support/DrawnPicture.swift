import Foundation

@testable import ConvNetImages

/// Pictures of digits as people make them: of any size, either polarity, off-centre, on uneven paper, with grain, as PNG or
/// JPEG.
struct DrawnPicture {
    var width: Int
    var height: Int
    /// The share of ink at each pixel, 0 to 1.
    private(set) var ink: [Float]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        ink = [Float](repeating: 0, count: width * height)
    }

    /// Draws a square image with its pixels interpolated linearly.
    mutating func draw(_ image: [Float], side: Int, x left: Int, y top: Int, size: Int) {
        let scale = Float(side) / Float(size)
        let places = (0..<size).map { pixel -> (low: Int, high: Int, fraction: Float) in
            let place = min(max((Float(pixel) + 0.5) * scale - 0.5, 0), Float(side - 1))
            return (Int(place), min(Int(place) + 1, side - 1), place - place.rounded(.down))
        }
        for (y, row) in places.enumerated() where (0..<height).contains(top + y) {
            for (x, column) in places.enumerated() where (0..<width).contains(left + x) {
                let upper =
                    image[row.low * side + column.low] * (1 - column.fraction)
                    + image[row.low * side + column.high] * column.fraction
                let lower =
                    image[row.high * side + column.low] * (1 - column.fraction)
                    + image[row.high * side + column.high] * column.fraction
                let value = upper * (1 - row.fraction) + lower * row.fraction
                let index = (top + y) * width + left + x
                ink[index] = max(ink[index], value)
            }
        }
    }

    /// Fills a rectangle with ink.
    mutating func fill(x: Range<Int>, y: Range<Int>, with amount: Float = 1) {
        for row in y.clamped(to: 0..<height) {
            for column in x.clamped(to: 0..<width) {
                ink[row * width + column] = max(ink[row * width + column], amount)
            }
        }
    }

    /// - Parameters:
    ///   - isDark: Whether ink is dark on light paper.
    ///   - gradient: How much the paper's brightness differs across the picture, as a share of white.
    ///   - grain: The largest deviation of a pixel, in grey levels.
    func picture(isDark: Bool = true, gradient: Float = 0, grain: Float = 0, seed: UInt64 = 0) -> Picture {
        var noise = Noise(seed: seed)
        let angle = Float.random(in: 0..<(2 * .pi), using: &noise)
        let (across, down) = (gradient * cos(angle), gradient * sin(angle))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(ink.count)
        for y in 0..<height {
            for x in 0..<width {
                let shade = across * (Float(x) / Float(width) - 0.5) + down * (Float(y) / Float(height) - 0.5)
                let paper = (isDark ? 0.8 : 0.2) + shade
                let amount = ink[y * width + x]
                let value = isDark ? paper * (1 - 0.8 * amount) : paper + (0.95 - paper) * amount
                let speckle = grain > 0 ? Float(noise.next() >> 40) / Float(1 << 24) * 2 - 1 : 0
                pixels.append(UInt8(min(max(255 * value + grain * speckle, 0), 255)))
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
