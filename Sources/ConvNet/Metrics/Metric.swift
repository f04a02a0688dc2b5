/// A number that describes how well outputs fit targets; reported, not trained on.
public struct Metric: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case accuracy
        case topK(Int)
        case meanSquaredError
        case meanAbsoluteError
    }

    let kind: Kind

    /// Share of rows whose largest output is at the target's class; for one output, on the target's side of 0.5.
    public static let accuracy = Metric(kind: .accuracy)
    /// Mean of (t - p)² over all elements.
    public static let meanSquaredError = Metric(kind: .meanSquaredError)
    /// Mean of |t - p| over all elements.
    public static let meanAbsoluteError = Metric(kind: .meanAbsoluteError)

    /// Share of rows whose target class is among the k largest outputs.
    public static func topK(_ k: Int = 5) -> Metric { Metric(kind: .topK(k)) }

    /// Keras's name: `accuracy`, `top_k_categorical_accuracy`, `mean_squared_error`, `mean_absolute_error`.
    public var name: String {
        switch kind {
        case .accuracy: "accuracy"
        case .topK: "top_k_categorical_accuracy"
        case .meanSquaredError: "mean_squared_error"
        case .meanAbsoluteError: "mean_absolute_error"
        }
    }
}

/// Encoded as an object of the name, and `k` where there is one.
extension Metric: Codable {
    private enum Key: String, CodingKey {
        case name, k
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .name)
        let k = try values.decodeIfPresent(Int.self, forKey: .k)
        let known = [Metric.accuracy, .topK(k ?? 5), .meanSquaredError, .meanAbsoluteError]
        guard let metric = known.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: values, debugDescription: "there is no metric named \(name)")
        }
        self = metric
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(name, forKey: .name)
        if case .topK(let k) = kind { try values.encode(k, forKey: .k) }
    }
}

/// Sums up a metric over batches, in double.
struct MetricAccumulator {
    let metric: Metric
    private(set) var sum = 0.0
    private(set) var count = 0

    init(_ metric: Metric) {
        self.metric = metric
    }

    /// The mean so far; 0 before the first row.
    var value: Double { count == 0 ? 0 : sum / Double(count) }

    mutating func reset() {
        goOn(sum: 0, count: 0)
    }

    mutating func goOn(sum: Double, count: Int) {
        self.sum = sum
        self.count = count
    }

    /// Adds a batch of `rows` outputs of `columns` columns.
    mutating func add(outputs: Floats, targets: Targets.Values, rows: Int, columns: Int) {
        count += rows
        for row in 0..<rows {
            let output = outputs.slice(row * columns, columns)
            switch metric.kind {
            case .accuracy where columns == 1:
                let target = targets.value(row: row, column: 0, columns: 1)
                if (output.base[0] > 0.5) == (target > 0.5) { sum += 1 }
            case .accuracy:
                if Self.largest(output) == targets.label(row: row, columns: columns) { sum += 1 }
            case .topK(let k):
                if Self.rank(of: targets.label(row: row, columns: columns), in: output) < k { sum += 1 }
            case .meanSquaredError, .meanAbsoluteError:
                var total = 0.0
                for column in 0..<columns {
                    let error = Double(targets.value(row: row, column: column, columns: columns) - output.base[column])
                    total += metric.kind == .meanSquaredError ? error * error : error.magnitude
                }
                sum += total / Double(columns)
            }
        }
    }

    /// Index of the first maximum.
    private static func largest(_ row: Floats) -> Int {
        var best = 0
        for column in 1..<row.count where row.base[column] > row.base[best] { best = column }
        return best
    }

    /// How many elements are larger; NaN ranks last.
    private static func rank(of column: Int, in row: Floats) -> Int {
        let value = row.base[column]
        guard !value.isNaN else { return row.count }
        var rank = 0
        for other in 0..<row.count where row.base[other] > value { rank += 1 }
        return rank
    }
}

extension Targets.Values {
    /// One element; labels stand for one-hot rows, or for themselves where there is one column.
    func value(row: Int, column: Int, columns: Int) -> Float {
        switch self {
        case .labels(let labels): columns == 1 ? Float(labels[row]) : labels[row] == column ? 1 : 0
        case .dense(let dense): dense.base[row * columns + column]
        }
    }

    /// The class of a row: the label, or the place of the row's first maximum.
    func label(row: Int, columns: Int) -> Int {
        switch self {
        case .labels(let labels):
            return Int(labels[row])
        case .dense(let dense):
            var best = 0
            for column in 1..<columns where dense.base[row * columns + column] > dense.base[row * columns + best] {
                best = column
            }
            return best
        }
    }
}
