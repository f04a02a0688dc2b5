/// What a network said of examples whose classes are known.
///
/// ```swift
/// let result = try model.classify(test)
/// result.confusion.scores[8].precision
/// result.calibration?.expectedError
/// result.mistakes.prefix(10)          // the surest first
/// ```
public struct Classification: Sendable {
    /// The true class of each example.
    public let labels: [Int]
    /// The network's outputs, shape (count, classes), or (count, 1) where one output decides between two classes.
    public let outputs: Tensor
    /// The class of each example's largest output; for one output, whether it is above 0.5.
    public let predictions: [Int]
    /// Which class was taken for which.
    public let confusion: ConfusionMatrix

    /// - Parameters:
    ///   - outputs: Shape (count, classes), or (count, 1) where one output decides between the classes 0 and 1.
    ///   - labels: The true class of each example, from 0.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the counts differ, the outputs are no rows, or a label
    ///   has no output.
    public init(outputs: Tensor, labels: [Int]) throws {
        guard outputs.rank == 2, outputs.shape[1] >= 1 else {
            throw ConvNetError(
                .invalidArgument,
                "outputs of shape \(outputs.shape) hold no class; one row of outputs an example is needed")
        }
        self.labels = labels
        self.outputs = outputs
        predictions = outputs.classes
        confusion = try ConfusionMatrix(
            labels: labels, predictions: predictions, classCount: max(outputs.shape[1], 2))
    }

    /// The share of examples whose class has one of the `k` largest outputs; as in ``Metric/topK(_:)``, no output is larger
    /// than an equal one.
    ///
    /// - Parameter k: At least 1.
    public func topKAccuracy(_ k: Int) -> Double {
        guard !labels.isEmpty else { return 0 }
        if outputs.shape[1] == 1 { return k > 1 ? 1 : confusion.accuracy }
        let hits = labels.indices.count { example in
            let row = self.row(example)
            let own = row[row.startIndex + labels[example]]
            return !own.isNaN && row.count { $0 > own } < k
        }
        return Double(hits) / Double(labels.count)
    }

    /// The outputs of one example as probabilities of the classes; nil where one of them is outside 0…1.
    ///
    /// One output is the probability of class 1. Several need not add up to 1, as those of sigmoids do not.
    public func probabilities(of example: Int) -> [Double]? {
        let row = row(example).map { Double($0) }
        guard row.allSatisfy({ (0...1).contains($0) }) else { return nil }
        return row.count == 1 ? [1 - row[0], row[0]] : row
    }

    /// The probability given to the class that was predicted; nil where the outputs are no probabilities.
    public func confidence(of example: Int) -> Double? {
        probabilities(of: example)?[predictions[example]]
    }

    /// Confidence against accuracy in ten bins; nil where there are no examples or the outputs are no probabilities.
    public var calibration: CalibrationCurve? {
        let confidences = labels.indices.compactMap { confidence(of: $0) }
        guard !labels.isEmpty, confidences.count == labels.count else { return nil }
        return try? CalibrationCurve(
            confidences: confidences, isCorrect: zip(labels, predictions).map { $0 == $1 })
    }

    /// The examples whose class was not predicted: those with the largest winning output first.
    public var mistakes: [Int] {
        let wrong = labels.indices.filter { labels[$0] != predictions[$0] }
        let winning = wrong.map { confidence(of: $0) ?? Double(row($0).max() ?? 0) }
        return wrong.indices.sorted { (winning[$1], $0) < (winning[$0], $1) }.map { wrong[$0] }
    }

    private func row(_ example: Int) -> ArraySlice<Float> {
        let columns = outputs.shape[1]
        return outputs.scalars[example * columns..<(example + 1) * columns]
    }
}

extension Sequential {
    /// Runs the network over a data set and compares what it says with the labels.
    ///
    /// - Parameters:
    ///   - data: Images of ``inputShape``, or of as many elements.
    ///   - batchSize: Examples a pass.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the images or the labels do not fit the network.
    public func classify(_ data: Dataset, batchSize: Int = 32) throws -> Classification {
        try Classification(outputs: predict(data, batchSize: batchSize), labels: data.labels.map { Int($0) })
    }
}
