import ConvNet
import Foundation
import Testing

@Suite struct InitializerTests {
    /// Limits and deviations by Keras's formulas, for dense weights (300, 100) and convolution weights (5, 5, 12, 8),
    /// whose fans are (300, 100) and (300, 200).
    private static let uniformCases: [(Initializer, [Int], Double)] = [
        (Initializer.glorotUniform, [300, 100], (6.0 / 400).squareRoot()),
        (.glorotUniform, [5, 5, 12, 8], (6.0 / 500).squareRoot()),
        (.heUniform, [300, 100], (6.0 / 300).squareRoot()),
        (.heUniform, [5, 5, 12, 8], (6.0 / 300).squareRoot()),
        (.lecunUniform, [300, 100], (3.0 / 300).squareRoot()),
        (.lecunUniform, [5, 5, 12, 8], (3.0 / 300).squareRoot()),
        (.randomUniform(), [300, 100], 0.05),
        (.glorotUniform, [400], (6.0 / 800).squareRoot()),
    ]

    @Test(arguments: uniformCases)
    func fillsItsRangeEvenly(initializer: Initializer, shape: [Int], limit: Double) {
        let x = initializer.tensor(shape: shape, seed: 1)
        let count = Double(x.count)
        #expect(x.shape == shape)
        #expect(Double(x.abs().max()) <= limit * (1 + 1e-6))
        // The largest of n uniform numbers is this close with a probability of 1 - e^-20.
        #expect(Double(x.abs().max()) > limit * (1 - 20 / count))
        let variance = x.scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / count
        #expect(abs(variance - limit * limit / 3) < 5 * (0.8 / count).squareRoot() * limit * limit / 3)
    }

    private static let normalCases: [(Initializer, [Int], Double)] = [
        (Initializer.glorotNormal, [300, 100], (2.0 / 400).squareRoot()),
        (.glorotNormal, [5, 5, 12, 8], (2.0 / 500).squareRoot()),
        (.heNormal, [300, 100], (2.0 / 300).squareRoot()),
        (.heNormal, [5, 5, 12, 8], (2.0 / 300).squareRoot()),
        (.lecunNormal, [300, 100], (1.0 / 300).squareRoot()),
        (.truncatedNormal(standardDeviation: 0.2), [300, 100], 0.2 * 0.87962566103423978),
    ]

    @Test(arguments: normalCases)
    func cutsTheNormalDistributionAndKeepsItsVariance(initializer: Initializer, shape: [Int], deviation: Double) {
        let x = initializer.tensor(shape: shape, seed: 2)
        let count = Double(x.count)
        let limit = 2 * deviation / 0.87962566103423978
        #expect(Double(x.abs().max()) <= limit * (1 + 1e-6))
        #expect(Double(x.abs().max()) > 0.98 * limit)
        let mean = Double(x.mean())
        #expect(abs(mean) < 5 * deviation / count.squareRoot())
        let variance = x.scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / count
        // The cut distribution's kurtosis is 2.06, below the normal's 3.
        #expect(abs(variance - deviation * deviation) < 5 * (2 / count).squareRoot() * deviation * deviation)
    }

    @Test func drawsWithoutACut() {
        let x = Initializer.randomNormal(mean: 1, standardDeviation: 0.5).tensor(shape: [100, 100], seed: 3)
        #expect(abs(x.mean() - 1) < 5 * 0.5 / 100)
        #expect((x - 1).abs().max() > 1.25)
        #expect(Initializer.randomUniform(low: 2, high: 3).tensor(shape: [50], seed: 3).min() >= 2)
    }

    @Test func fillsWithConstants() {
        #expect(Initializer.zeros.tensor(shape: [2, 3], seed: 0) == .zeros([2, 3]))
        #expect(Initializer.ones.tensor(shape: [2], seed: 0) == .ones([2]))
        #expect(Initializer.constant(0.25).tensor(shape: [2], seed: 0) == Tensor([0.25, 0.25]))
    }

    @Test func repeatsForTheSameSeedAndStreamOnly() {
        for initializer in [Initializer.glorotUniform, .heNormal, .randomNormal()] {
            let x = initializer.tensor(shape: [20, 30], seed: 5, stream: 2)
            #expect(x == initializer.tensor(shape: [20, 30], seed: 5, stream: 2))
            #expect(x != initializer.tensor(shape: [20, 30], seed: 5, stream: 3))
            #expect(x != initializer.tensor(shape: [20, 30], seed: 6, stream: 2))
        }
    }

    private static let written: [(Initializer, String)] = [
        (Initializer.glorotUniform, #"{"class_name":"GlorotUniform","config":{}}"#),
        (.glorotNormal, #"{"class_name":"GlorotNormal","config":{}}"#),
        (.heUniform, #"{"class_name":"HeUniform","config":{}}"#),
        (.heNormal, #"{"class_name":"HeNormal","config":{}}"#),
        (.lecunUniform, #"{"class_name":"LecunUniform","config":{}}"#),
        (.lecunNormal, #"{"class_name":"LecunNormal","config":{}}"#),
        (.zeros, #"{"class_name":"Zeros","config":{}}"#),
        (.ones, #"{"class_name":"Ones","config":{}}"#),
        (.constant(0.5), #"{"class_name":"Constant","config":{"value":0.5}}"#),
        (.randomNormal(), #"{"class_name":"RandomNormal","config":{"mean":0,"stddev":0.05}}"#),
        (.truncatedNormal(mean: 1), #"{"class_name":"TruncatedNormal","config":{"mean":1,"stddev":0.05}}"#),
        (.randomUniform(low: -1, high: 2), #"{"class_name":"RandomUniform","config":{"maxval":2,"minval":-1}}"#),
    ]

    @Test(arguments: written)
    func isWrittenAsKerasWritesIt(initializer: Initializer, json: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(initializer), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Initializer.self, from: Data(json.utf8)) == initializer)
    }

    @Test func takesKerasDefaultsWhereValuesAreAbsent() throws {
        func read(_ json: String) throws -> Initializer {
            try JSONDecoder().decode(Initializer.self, from: Data(json.utf8))
        }
        #expect(try read(#"{"class_name":"RandomNormal","config":{"seed":null}}"#) == .randomNormal())
        #expect(try read(#"{"class_name":"RandomUniform"}"#) == .randomUniform())
        #expect(try read(#"{"class_name":"GlorotUniform","config":{"seed":7}}"#) == .glorotUniform)
    }

    @Test(arguments: [
        #"{"class_name":"Glorot","config":{}}"#, #"{"config":{}}"#, #"{"class_name":1}"#, "[]",
        #"{"class_name":"RandomNormal","config":{"stddev":-1}}"#,
        #"{"class_name":"RandomNormal","config":{"mean":"a"}}"#,
        #"{"class_name":"TruncatedNormal","config":{"stddev":-0.1}}"#,
        #"{"class_name":"RandomUniform","config":{"minval":2,"maxval":1}}"#,
        #"{"class_name":"RandomUniform","config":{"minval":1}}"#, #"{"class_name":"Constant","config":{"value":1e60}}"#,
    ])
    func refusesWhatIsNone(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Initializer.self, from: Data(json.utf8)) }
    }

    @Test func stopsAtImpossibleDistributions() async {
        await #expect(processExitsWith: .failure) { _ = Initializer.randomNormal(standardDeviation: -1) }
        await #expect(processExitsWith: .failure) { _ = Initializer.randomUniform(low: 1, high: 0) }
    }
}
