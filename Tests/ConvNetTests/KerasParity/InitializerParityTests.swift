import Foundation
import Testing

@testable import ConvNet

/// Initializers against Keras's. Their random streams differ, so what is compared is what Keras asks its generator for, and
/// statistics within the error of samples.
@Suite struct InitializerParityTests {
    @Test func everyCaseIsThere() throws {
        let cases = try Fixture.cases("initializers")
        #expect(cases.count == 30)
        #expect(cases.filter { $0.tensors["arguments"] != nil }.count == 24)
    }

    private func initializer(of keras: KerasCase) throws -> Initializer {
        let json = """
            {"class_name": "\(try keras.text("initializer"))", "config": \(keras.config.text)}
            """
        return try JSONDecoder().decode(Initializer.self, from: Data(json.utf8))
    }

    /// The same distribution with Keras's bounds or deviation given as numbers must draw the same values.
    @Test(arguments: try Fixture.cases("initializers").filter { $0.tensors["arguments"] != nil })
    func distribution(_ keras: KerasCase) throws {
        let shape = try #require(keras.settings["shape"]?.integers)
        let arguments = try keras.tensor("arguments").scalars
        let explicit: Initializer =
            switch try keras.text("generator") {
            case "uniform": .randomUniform(low: arguments[0], high: arguments[1])
            case "normal": .randomNormal(mean: arguments[0], standardDeviation: arguments[1])
            case "truncated_normal": .truncatedNormal(mean: arguments[0], standardDeviation: arguments[1])
            case let name: throw UnknownToTests(what: "generator \(name)")
            }
        expectClose(
            try initializer(of: keras).tensor(shape: shape, seed: 3), explicit.tensor(shape: shape, seed: 3),
            .elementwise, "values")
    }

    @Test(arguments: try Fixture.cases("initializers"))
    func statistics(_ keras: KerasCase) throws {
        let shape = try #require(keras.settings["shape"]?.integers)
        let scalars = try initializer(of: keras).tensor(shape: shape, seed: 3).scalars.map(Double.init)
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
