import Foundation
import Testing

@testable import ConvNet

@Suite struct MetricTests {
    /// The metric of outputs and targets, by way of a network that changes nothing.
    private func value(_ metric: Metric, _ outputs: Tensor, _ targets: Tensor, batchSize: Int = 32) throws -> Double {
        let model = try Sequential(inputShape: Array(outputs.shape.dropFirst())) { Activation(.linear) }
        model.compile(loss: .meanSquaredError, metrics: [metric])
        return try #require(try model.evaluate(x: outputs, y: targets, batchSize: batchSize)[metric.name])
    }

    private let outputs = Tensor([
        [0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25], [0.9, 0.1, 0, 0],
    ])

    @Test(arguments: [1, 3, 32])
    func topKOfEveryK(batchSize: Int) throws {
        let labels = Tensor([2, 2, 3, 1])
        // The target's rank is 1, 2, 0 (no element is larger than an equal one), 1.
        for (k, expected) in [(0, 0), (1, 0.25), (2, 0.75), (3, 1), (4, 1), (5, 1), (-1, 0)] {
            #expect(try value(.topK(k), outputs, labels, batchSize: batchSize) == expected)
        }
        #expect(try value(.accuracy, outputs, labels, batchSize: batchSize) == 0)
        #expect(try value(.accuracy, outputs, Tensor([3, 0, 0, 0]), batchSize: batchSize) == 1)
    }

    @Test func oneHotRowsCountAsLabelsDo() throws {
        let rows = Tensor([[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
        let labels = Tensor([2, 2, 3, 1])
        for metric in [Metric.accuracy, .topK(2), .meanSquaredError, .meanAbsoluteError] {
            #expect(try value(metric, outputs, rows) == value(metric, outputs, labels))
        }
    }

    @Test func oneOutputIsOnASideOfOneHalf() throws {
        let outputs = Tensor([[0.4], [0.5], [0.6], [7]])
        #expect(try value(.accuracy, outputs, Tensor([[0], [0], [1], [1]])) == 1)
        #expect(try value(.accuracy, outputs, Tensor([1, 1, 0, 0])) == 0)
        #expect(try value(.accuracy, outputs, Tensor([0, 1, 1, 0])) == 0.5)
    }

    @Test func errorsAreMeansOfAllElements() throws {
        let outputs = Tensor([[1, 2], [3, 4], [5, 6]])
        let targets = Tensor([[1, 0], [4, 4], [2, 6]])
        #expect(try value(.meanSquaredError, outputs, targets, batchSize: 2) == 14.0 / 6)
        #expect(try value(.meanAbsoluteError, outputs, targets, batchSize: 2) == 1)
    }

    @Test func rowsOfImagesCountEach() throws {
        let outputs = Tensor(shape: [1, 2, 2, 2], scalars: [1, 0, 0, 1, 1, 0, 0, 1])
        let targets = Tensor(shape: [1, 2, 2, 2], scalars: [1, 0, 1, 0, 1, 0, 1, 0])
        #expect(try value(.accuracy, outputs, targets) == 0.5)
    }

    @Test func whatIsNoNumberIsNeverRight() {
        var accumulator = MetricAccumulator(.topK(4))
        let outputs = Arena(count: 4)
        outputs.floats.fill(.nan)
        var labels: [Int32] = [0]
        labels.withUnsafeMutableBufferPointer { labels in
            guard let base = labels.baseAddress else { return }
            accumulator.add(outputs: outputs.floats, targets: .labels(base), rows: 1, columns: 4)
        }
        #expect(accumulator.value == 0)
        #expect(accumulator.count == 1)
    }

    @Test func nothingCountedIsZero() {
        #expect(MetricAccumulator(.accuracy).value == 0)
    }

    @Test(arguments: [
        (Metric.accuracy, #"{"name":"accuracy"}"#), (.topK(), #"{"k":5,"name":"top_k_categorical_accuracy"}"#),
        (.topK(3), #"{"k":3,"name":"top_k_categorical_accuracy"}"#),
        (.meanSquaredError, #"{"name":"mean_squared_error"}"#),
        (.meanAbsoluteError, #"{"name":"mean_absolute_error"}"#),
    ])
    func isWrittenByItsName(metric: Metric, json: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(metric), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Metric.self, from: Data(json.utf8)) == metric)
    }

    @Test func unknownNamesAreRefused() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Metric.self, from: Data(#"{"name":"precision"}"#.utf8))
        }
    }
}
