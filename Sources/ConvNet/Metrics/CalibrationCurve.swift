/// Whether a classifier is right as often as it is sure: predictions sorted into bins by confidence, and how many of each
/// bin were right.
///
/// Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017). Bins are of equal width over
/// 0…1, and a confidence on the border of two belongs to the lower, as in scikit-learn's `calibration_curve`.
public struct CalibrationCurve: Sendable, Equatable {
    /// Predictions of similar confidence.
    public struct Bin: Sendable, Equatable {
        /// The confidences that belong here: above the lower bound, up to the upper.
        public let range: ClosedRange<Double>
        /// Number of predictions.
        public let count: Int
        /// Mean confidence; 0 where there are no predictions.
        public let confidence: Double
        /// Share of the predictions that were right; 0 where there are none.
        public let accuracy: Double
    }

    /// From the least to the most confident; those without predictions are there too.
    public let bins: [Bin]

    /// - Parameters:
    ///   - confidences: How sure each prediction was: the probability given to the predicted class.
    ///   - isCorrect: Whether each prediction was right.
    ///   - binCount: Number of bins, at least 1.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the counts differ, there is no bin, or a confidence is
    ///   outside 0…1.
    public init(confidences: [Double], isCorrect: [Bool], binCount: Int = 10) throws {
        guard confidences.count == isCorrect.count else {
            throw ConvNetError(
                .invalidArgument,
                "there are \(confidences.count) confidences, but \(isCorrect.count) outcomes; give one each")
        }
        guard binCount >= 1 else {
            throw ConvNetError(.invalidArgument, "\(binCount) bins; give at least 1")
        }
        if let wrong = confidences.first(where: { !(0...1).contains($0) }) {
            throw ConvNetError(.invalidArgument, "confidence \(wrong) is no probability; give numbers from 0 to 1")
        }
        let borders = (0...binCount).map { Double($0) / Double(binCount) }
        var counts = [Int](repeating: 0, count: binCount)
        var right = counts
        var sums = [Double](repeating: 0, count: binCount)
        for (confidence, isCorrect) in zip(confidences, isCorrect) {
            // Rounding may put the product on the wrong side of a border; the borders themselves decide.
            var bin = min(Int(confidence * Double(binCount)), binCount - 1)
            while bin > 0, confidence <= borders[bin] { bin -= 1 }
            while bin < binCount - 1, confidence > borders[bin + 1] { bin += 1 }
            counts[bin] += 1
            sums[bin] += confidence
            if isCorrect { right[bin] += 1 }
        }
        bins = (0..<binCount).map { bin in
            let count = Double(max(counts[bin], 1))
            return Bin(
                range: borders[bin]...borders[bin + 1], count: counts[bin], confidence: sums[bin] / count,
                accuracy: Double(right[bin]) / count)
        }
    }

    /// Expected calibration error: the mean over all predictions of |accuracy - confidence| of their bin.
    public var expectedError: Double {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return 0 }
        return bins.reduce(0) { $0 + Double($1.count) * ($1.accuracy - $1.confidence).magnitude } / Double(total)
    }

    /// Maximum calibration error: the largest |accuracy - confidence| of a bin that has predictions.
    public var maximumError: Double {
        bins.reduce(0) { $1.count == 0 ? $0 : max($0, ($1.accuracy - $1.confidence).magnitude) }
    }
}
