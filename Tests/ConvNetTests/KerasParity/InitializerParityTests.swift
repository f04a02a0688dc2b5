import Foundation
import Testing

@testable import ConvNet

/// Initializers against Keras's. Their random streams differ, so the statistics are compared, within the error of samples.
@Suite struct InitializerParityTests {
    @Test func everyCaseIsThere() throws {
        #expect(try Fixture.cases("initializers").count == 30)
    }

    @Test(arguments: try Fixture.cases("initializers"))
    func statistics(_ keras: KerasCase) throws {
        let shape = try #require(keras.settings["shape"]?.integers)
        let json = """
            {"class_name": "\(try keras.text("initializer"))", "config": \(keras.config.text)}
            """
        let initializer = try JSONDecoder().decode(Initializer.self, from: Data(json.utf8))
        let scalars = initializer.tensor(shape: shape, seed: 3, stream: 0).scalars.map(Double.init)
        let count = Double(scalars.count)
        let mean = scalars.reduce(0, +) / count
        let deviation = (scalars.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let expected = try keras.tensor("statistics").scalars.map(Double.init)

        // The mean of n samples is off by σ/√n, their deviation by at most σ/√(2n); both samples err, and five standard
        // errors of the difference come up once in two million. Constants, of deviation 0, must agree to rounding.
        let error = 5 * 2.0.squareRoot() * expected[1] / count.squareRoot() + 0x1p-23 * expected[0].magnitude
        #expect((mean - expected[0]).magnitude <= error, "mean \(mean), Keras \(expected[0])")
        #expect((deviation - expected[1]).magnitude <= error, "deviation \(deviation), Keras \(expected[1])")

        // Uniform and truncated distributions have hard bounds, which samples approach. Of the smaller shape's 4608 draws,
        // none falls into the last 0.3 % of a uniform distribution's width with probability e⁻¹³, none into the last 2 % of
        // a truncated one's with e⁻²⁰ (its density at the end is 0.057/σ, its width 4σ).
        let (low, high) = (scalars.min() ?? .nan, scalars.max() ?? .nan)
        let name = try keras.text("initializer")
        guard name != "RandomNormal" else { return }
        let margin = (name.hasSuffix("Uniform") ? 0.003 : 0.02) * (expected[3] - expected[2])
        #expect((low - expected[2]).magnitude <= margin, "minimum \(low), Keras \(expected[2])")
        #expect((high - expected[3]).magnitude <= margin, "maximum \(high), Keras \(expected[3])")
    }
}
