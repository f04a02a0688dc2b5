/// Random numbers for one drawn digit: cheap, the same on every machine, and never far from the mean.
struct Dice {
    private var generator: Philox

    init(seed: UInt64, number: UInt64) {
        generator = Philox(seed: seed, stream: Self.stream, step: number)
    }

    /// The stream of drawn digits; those of layers count from 0, those of training down from the largest.
    private static let stream: UInt32 = 0x4449_4749

    /// Uniform in 0 ..< 1.
    mutating func share() -> Float {
        Float(generator.next() >> 40) * 0x1p-24
    }

    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * share()
    }

    /// A bell curve of the given deviation: the sum of four uniform numbers, at most 3.5 deviations from 0.
    mutating func normal(_ deviation: Float) -> Float {
        let bits = generator.next()
        var sum: Float = 0
        for part in 0..<4 { sum += Float(bits >> (16 * part) & 0xFFFF) }
        // Four variances of a twelfth: a third.
        return (sum * 0x1p-16 - 2) * 1.732_050_8 * deviation
    }

    mutating func normal2(_ deviation: Float) -> SIMD2<Float> {
        SIMD2(normal(deviation), normal(deviation))
    }

    /// A number by weights.
    mutating func choose(_ weights: some Collection<Float>) -> Int {
        var left = share() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return weights.count - 1
    }
}
