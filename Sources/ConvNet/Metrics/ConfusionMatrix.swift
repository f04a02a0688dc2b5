/// How often examples of each class were taken for each class, and what follows from it.
///
/// Rows are the true classes, columns the predicted ones, as in scikit-learn. A quotient whose denominator is 0 counts
/// as 0, which is scikit-learn's `zero_division=0`.
///
/// ```swift
/// let confusion = try ConfusionMatrix(labels: [0, 1, 1], predictions: [0, 1, 0])
/// confusion.counts            // [[1, 0], [1, 1]]
/// confusion.scores[1].recall  // 0.5
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
    /// Counts by true class, then by predicted class.
    public let counts: [[Int]]

    /// - Parameters:
    ///   - labels: The true class of each example, from 0.
    ///   - predictions: The predicted class of each example, from 0.
    ///   - classCount: Number of classes; one more than the largest that occurs where it is not given.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the counts differ or a class is out of range.
    public init(labels: [Int], predictions: [Int], classCount: Int? = nil) throws {
        guard labels.count == predictions.count else {
            throw ConvNetError(
                .invalidArgument,
                "there are \(labels.count) labels, but \(predictions.count) predictions; give one each")
        }
        let classCount = classCount ?? max(labels.max() ?? -1, predictions.max() ?? -1) + 1
        if let wrong = (labels + predictions).first(where: { !(0..<classCount).contains($0) }) {
            throw ConvNetError(
                .invalidArgument, "class \(wrong) is outside 0..<\(classCount); number the classes from 0")
        }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
        for (label, prediction) in zip(labels, predictions) { counts[label][prediction] += 1 }
        self.counts = counts
    }

    /// Number of classes.
    public var classCount: Int { counts.count }

    /// Number of examples.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// Number of examples whose class was predicted.
    public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

    /// Share of examples whose class was predicted.
    public var accuracy: Double { Self.share(correct, of: total) }

    /// The counts as shares of their row: of the examples of each true class.
    public var normalizedByRow: [[Double]] {
        counts.map { row in
            let sum = row.reduce(0, +)
            return row.map { Self.share($0, of: sum) }
        }
    }

    /// Each class's own figures, in the classes' order.
    public var scores: [ClassScore] {
        counts.indices.map { index in
            let support = counts[index].reduce(0, +)
            let predicted = counts.reduce(0) { $0 + $1[index] }
            let hits = counts[index][index]
            return ClassScore(
                precision: Self.share(hits, of: predicted), recall: Self.share(hits, of: support),
                // 2pr / (p + r), written without the two quotients.
                f1: Self.share(2 * hits, of: support + predicted), support: support)
        }
    }

    /// The plain mean of the classes' figures; its support is that of all classes.
    ///
    /// Every class takes part, also one without examples.
    public var macroAverage: ClassScore {
        average { _ in 1 }
    }

    /// The mean of the classes' figures, each weighted by its support.
    public var weightedAverage: ClassScore {
        average { Double($0.support) }
    }

    private func average(weight: (ClassScore) -> Double) -> ClassScore {
        let scores = scores
        let sum = scores.reduce(0) { $0 + weight($1) }
        func mean(_ figure: (ClassScore) -> Double) -> Double {
            sum == 0 ? 0 : scores.reduce(0) { $0 + weight($1) * figure($1) } / sum
        }
        return ClassScore(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: total)
    }

    private static func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}

/// How well one class is recognised.
public struct ClassScore: Sendable, Equatable {
    /// Of the examples taken for the class, the share that is of it.
    public let precision: Double
    /// Of the class's examples, the share that was recognised.
    public let recall: Double
    /// The harmonic mean of precision and recall.
    public let f1: Double
    /// Number of the class's examples.
    public let support: Int
}
