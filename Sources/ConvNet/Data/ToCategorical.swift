/// More classes than any data set has: where no class count is given, a larger label is a mistake in the data.
let maximumClassCount = 1 << 20

/// One-hot rows from class numbers, like Keras's `to_categorical`.
///
/// - Parameters:
///   - labels: Class numbers from 0.
///   - classCount: The number of classes; the largest label plus 1 where it is not given.
/// - Returns: Shape `[labels.count, classCount]`, a 1 at each row's label and 0 elsewhere.
/// - Throws: ``ConvNetError`` of kind `invalidData` for a label outside `0 ..< classCount`.
public func toCategorical(_ labels: [Int], classCount: Int? = nil) throws -> Tensor {
    let limit = classCount ?? maximumClassCount
    precondition(limit >= 0, "a class count of \(limit) is negative")
    if let wrong = labels.firstIndex(where: { !(0..<limit).contains($0) }) {
        throw ConvNetError(
            .invalidData,
            "label \(labels[wrong]) at position \(wrong) is outside 0..<\(limit); number the classes from 0 "
                + "and give a class count above the largest")
    }
    return oneHot(labels, columns: classCount ?? (labels.max() ?? -1) + 1)
}

/// One-hot rows of labels known to lie in `0 ..< columns`.
func oneHot(_ labels: [some BinaryInteger], columns: Int) -> Tensor {
    var scalars = [Float](repeating: 0, count: labels.count * columns)
    for (row, label) in labels.enumerated() {
        scalars[row * columns + Int(label)] = 1
    }
    return Tensor(shape: [labels.count, columns], scalars: scalars)
}
