import ConvNet
import Testing

@Suite struct TensorRandomTests {
    private static let count = 100_000

    /// Mean and variance of numbers, in double.
    private func moments(_ x: Tensor) -> (mean: Double, variance: Double) {
        let mean = x.scalars.reduce(0.0) { $0 + Double($1) } / Double(x.count)
        let variance = x.scalars.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)
        return (mean, variance)
    }

    @Test func repeatsForTheSameSeedOnly() {
        #expect(Tensor.uniform([10, 3], seed: 1) == .uniform([10, 3], seed: 1))
        #expect(Tensor.uniform([10, 3], seed: 1) != .uniform([10, 3], seed: 2))
        #expect(Tensor.normal([10, 3], seed: 1) == .normal([10, 3], seed: 1))
        #expect(Tensor.normal([10, 3], seed: 1) != .normal([10, 3], seed: 2))
        #expect(Tensor.normal([3], seed: 1).shape == [3])
        #expect(Tensor.uniform([0], seed: 1).count == 0)
    }

    /// The bounds are five standard errors: of the mean sigma / sqrt(n), of the variance sqrt((kurtosis - 1) / n)
    /// sigma².
    @Test func spreadsEvenly() {
        let x = Tensor.uniform([Self.count], low: -2, high: 6, seed: 3)
        #expect(x.min() >= -2 && x.min() < -1.99)
        #expect(x.max() < 6 && x.max() > 5.99)
        let (mean, variance) = moments(x)
        let expected = 64.0 / 12
        #expect(abs(mean - 2) < 5 * (expected / Double(Self.count)).squareRoot())
        #expect(abs(variance - expected) < 5 * (0.8 / Double(Self.count)).squareRoot() * expected)
    }

    @Test func followsTheNormalDistribution() {
        let x = Tensor.normal([Self.count], mean: 3, standardDeviation: 0.5, seed: 4)
        let (mean, variance) = moments(x)
        #expect(abs(mean - 3) < 5 * 0.5 / Double(Self.count).squareRoot())
        #expect(abs(variance - 0.25) < 5 * (2 / Double(Self.count)).squareRoot() * 0.25)
        // 2.275 % lie beyond two standard deviations on either side.
        for side in [x.scalars.filter { $0 > 4 }.count, x.scalars.filter { $0 < 2 }.count] {
            let share = 0.02275
            let deviation = (share * (1 - share) * Double(Self.count)).squareRoot()
            #expect(abs(Double(side) - share * Double(Self.count)) < 5 * deviation)
        }
    }
}
