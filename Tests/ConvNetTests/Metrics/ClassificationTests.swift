import Foundation
import Testing

@testable import ConvNet

/// Confusion, scores a class, top-k and calibration against scikit-learn's numbers.
@Suite struct ClassificationTests {
    /// One drawn classifier and what scikit-learn says of it; see `Fixtures/README.md`.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let outputs: [[Float]]
        let labels: [Int]
        let accuracy: Double
        let confusion: [[Int]]
        let precision: [Double]
        let recall: [Double]
        let f1: [Double]
        let support: [Int]
        let macro: [Double]
        let weighted: [Double]
        let topK: [String: Double]
        let binSizes: [Int]
        let binConfidences: [Double]
        let binAccuracies: [Double]
        let expectedCalibrationError: Double
        let maximumCalibrationError: Double

        var testDescription: String { name }
    }

    static func cases() throws -> [Case] {
        struct File: Decodable { let cases: [Case] }
        let url = try #require(
            Bundle.module.url(forResource: "classification", withExtension: "json", subdirectory: "Fixtures"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(File.self, from: Data(contentsOf: url)).cases
    }

    /// Both sides compute in double; sums of a few hundred terms differ in their last bits.
    private func expectEqual(
        _ ours: [Double], _ theirs: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ours.count == theirs.count, sourceLocation: sourceLocation)
        for (our, their) in zip(ours, theirs) {
            #expect(abs(our - their) <= 1e-12, "\(our), not \(their)", sourceLocation: sourceLocation)
        }
    }

    @Test func everyCaseIsThere() throws {
        #expect(try Self.cases().count == 5)
    }

    @Test(arguments: try Self.cases())
    func isWhatScikitLearnSays(_ sklearn: Case) throws {
        let result = try Classification(outputs: Tensor(sklearn.outputs), labels: sklearn.labels)
        let confusion = result.confusion
        #expect(confusion.counts == sklearn.confusion)
        #expect(confusion.total == sklearn.labels.count)
        expectEqual([confusion.accuracy], [sklearn.accuracy])
        expectEqual(confusion.scores.map(\.precision), sklearn.precision)
        expectEqual(confusion.scores.map(\.recall), sklearn.recall)
        expectEqual(confusion.scores.map(\.f1), sklearn.f1)
        #expect(confusion.scores.map(\.support) == sklearn.support)
        for (average, theirs) in [
            (confusion.macroAverage, sklearn.macro), (confusion.weightedAverage, sklearn.weighted),
        ] {
            expectEqual([average.precision, average.recall, average.f1], theirs)
            #expect(average.support == sklearn.labels.count)
        }
        for (k, share) in sklearn.topK { expectEqual([result.topKAccuracy(try #require(Int(k)))], [share]) }

        let confidences = try sklearn.labels.indices.map { try #require(result.confidence(of: $0)) }
        let calibration = try CalibrationCurve(
            confidences: confidences, isCorrect: zip(result.predictions, sklearn.labels).map { $0 == $1 },
            binCount: sklearn.binSizes.count)
        #expect(calibration.bins.map(\.count) == sklearn.binSizes)
        let filled = calibration.bins.filter { $0.count > 0 }
        expectEqual(filled.map(\.confidence), sklearn.binConfidences)
        expectEqual(filled.map(\.accuracy), sklearn.binAccuracies)
        expectEqual([calibration.expectedError], [sklearn.expectedCalibrationError])
        expectEqual([calibration.maximumError], [sklearn.maximumCalibrationError])
        if sklearn.binSizes.count == 10 { #expect(result.calibration == calibration) }
    }

    @Test func oneOutputDecidesBetweenTwoClasses() throws {
        let result = try Classification(outputs: Tensor([[0.25], [0.5], [0.75], [1]]), labels: [0, 1, 1, 0])
        #expect(result.predictions == [0, 0, 1, 1])
        #expect(result.confusion.counts == [[1, 1], [1, 1]])
        #expect((0..<4).map { result.confidence(of: $0) } == [0.75, 0.5, 0.75, 1])
        #expect(result.topKAccuracy(1) == 0.5)
        #expect(result.topKAccuracy(2) == 1)
        #expect(result.mistakes == [3, 1])
    }

    @Test func outputsThatAreNoProbabilitiesHaveNoCalibration() throws {
        let result = try Classification(outputs: Tensor([[-3, 4, 0], [2, 7, 1], [0, 5, -1]]), labels: [1, 0, 2])
        #expect(result.calibration == nil)
        #expect(result.confidence(of: 0) == nil)
        #expect(result.confusion.correct == 1)
        #expect(result.mistakes == [1, 2])
    }

    @Test func whatIsNoNumberIsNeverRightAndNeverSure() throws {
        let result = try Classification(outputs: Tensor([[.nan, .nan], [0.9, 0.1]]), labels: [1, 0])
        #expect(result.topKAccuracy(1) == 0.5)
        #expect(result.calibration == nil)
    }

    @Test func nothingAtAllIsZero() throws {
        let result = try Classification(outputs: Tensor(shape: [0, 3], scalars: []), labels: [])
        #expect(result.confusion.accuracy == 0)
        #expect(result.confusion.macroAverage.f1 == 0)
        #expect(result.confusion.weightedAverage.f1 == 0)
        #expect(result.topKAccuracy(1) == 0)
        #expect(result.calibration == nil)
        #expect(try CalibrationCurve(confidences: [], isCorrect: []).expectedError == 0)
        #expect(try ConfusionMatrix(labels: [], predictions: []).counts == [])
    }

    @Test func whatDoesNotFitIsRefused() {
        func expectRefused(_ text: String, _ body: () throws -> Void) {
            #expect { try body() } throws: { error in
                (error as? ConvNetError).map { $0.kind == .invalidArgument && $0.message.contains(text) } ?? false
            }
        }
        expectRefused("3 labels") { _ = try ConfusionMatrix(labels: [0, 1, 2], predictions: [0, 1]) }
        expectRefused("class 2 is outside 0..<2") {
            _ = try ConfusionMatrix(labels: [0, 2], predictions: [0, 1], classCount: 2)
        }
        expectRefused("class -1") { _ = try ConfusionMatrix(labels: [0, -1], predictions: [0, 1]) }
        expectRefused("[2, 2, 2]") { _ = try Classification(outputs: .zeros([2, 2, 2]), labels: [0, 1]) }
        expectRefused("class 5") { _ = try Classification(outputs: .zeros([1, 3]), labels: [5]) }
        expectRefused("1.5") { _ = try CalibrationCurve(confidences: [1.5], isCorrect: [true]) }
        expectRefused("nan") { _ = try CalibrationCurve(confidences: [.nan], isCorrect: [true]) }
        expectRefused("0 bins") { _ = try CalibrationCurve(confidences: [], isCorrect: [], binCount: 0) }
    }
}
