/// Names and numbers, in the order in which they were set: `loss`, `accuracy`, `val_loss`, …
public struct Logs: Sendable, Equatable, Sequence {
    private var entries: [(name: String, value: Double)] = []

    /// Nothing.
    public init() {}

    /// The names, in order.
    public var names: [String] { entries.map(\.name) }

    /// The number of a name, or nil.
    public subscript(_ name: String) -> Double? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds the other's entries after one's own.
    public mutating func merge(_ other: Logs) {
        for (name, value) in other { self[name] = value }
    }

    /// The entries, in order.
    public func makeIterator() -> IndexingIterator<[(name: String, value: Double)]> {
        entries.makeIterator()
    }

    /// Whether names, order and numbers agree.
    public static func == (a: Logs, b: Logs) -> Bool {
        a.names == b.names && zip(a.entries, b.entries).allSatisfy { $0.value == $1.value }
    }
}

/// What a training run gave, epoch by epoch.
public struct History: Sendable, Equatable {
    /// One epoch's numbers.
    public struct Epoch: Sendable, Equatable {
        /// Counted from 0.
        public let epoch: Int
        /// Wall-clock time in seconds, validation included.
        public let seconds: Double
        /// Training loss and metrics (means over the epoch, as the weights changed), then those of validation.
        public let logs: Logs
    }

    /// The epochs that were finished, in order.
    public internal(set) var epochs: [Epoch] = []
    /// Why training ended before its last epoch, or nil.
    public internal(set) var stopReason: String?
    /// Wall-clock time of training in seconds: of all its parts, where it went on from a checkpoint.
    public internal(set) var seconds = 0.0

    /// The numbers of a name, one for each epoch that has it.
    public subscript(_ name: String) -> [Double] {
        epochs.compactMap { $0.logs[name] }
    }
}

/// What an evaluation gave.
public struct Evaluation: Sendable, Equatable {
    /// Mean loss an example, penalties included.
    public let loss: Double
    /// The compiled metrics, by name; the loss is among them.
    public let logs: Logs
    /// Number of examples.
    public let count: Int

    /// The metric of a name, or nil.
    public subscript(_ name: String) -> Double? { logs[name] }

    /// Share of examples classified rightly, where accuracy was compiled.
    public var accuracy: Double? { logs["accuracy"] }

    /// Standard error of the accuracy, √(p (1 - p) / n) as for n independent trials.
    public var accuracyStandardError: Double? {
        guard let accuracy, count > 0 else { return nil }
        return (accuracy * (1 - accuracy) / Double(count)).squareRoot()
    }
}
