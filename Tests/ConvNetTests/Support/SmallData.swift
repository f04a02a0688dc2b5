@testable import ConvNet

/// Data small enough to learn in a moment.
enum SmallData {
    /// The exclusive or of two bits.
    static let xor = (x: Tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y: Tensor([[0], [1], [1], [0]]))

    /// The ten digits on a grid of three by five dots.
    private static let glyphs = [
        "111101101101111", "010110010010111", "111001111100111", "111001111001111", "101101111001001",
        "111100111001111", "111100111101111", "111001001001001", "111101111101111", "111101111001111",
    ]

    /// Images of 8 x 8 pixels: digits moved by up to a pixel to the side, under noise.
    static func digits(_ count: Int, seed: UInt64) throws -> Dataset {
        var random = Philox(seed: seed)
        let labels = (0..<count).map { $0 % 10 }
        var pixels: [Float] = []
        for label in labels {
            let left = Int.random(in: 2...3, using: &random)
            var image = (0..<64).map { _ in Float.random(in: 0..<0.2, using: &random) }
            for (place, dot) in glyphs[label].enumerated() where dot == "1" {
                image[(1 + place / 3) * 8 + left + place % 3] += 0.8
            }
            pixels += image
        }
        return try Dataset(name: "dots", images: Tensor(shape: [count, 8, 8, 1], scalars: pixels), labels: labels)
    }
}

extension Sequential {
    /// The bits of all weights, those that do not learn included.
    var weightBits: [[UInt32]] { weights.map { $0.tensor.scalars.map(\.bitPattern) } }
}
