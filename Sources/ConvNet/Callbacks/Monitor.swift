/// A number that callbacks watch, and which way is better.
struct Monitor {
    /// Which way is better.
    enum Mode: Sendable {
        case smaller, larger
    }

    let name: String
    let mode: Mode
    /// Changes up to this count as none.
    let minDelta: Double
    private(set) var best: Double?

    init(_ name: String, mode: MonitorMode, minDelta: Double) {
        self.name = name
        self.minDelta = minDelta.magnitude
        switch mode {
        case .minimize: self.mode = .smaller
        case .maximize: self.mode = .larger
        case .automatic: self.mode = name.hasSuffix("loss") || name.hasSuffix("error") ? .smaller : .larger
        }
    }

    /// Takes the epoch's number; whether it is better than all before.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the logs have no such name.
    mutating func improves(with logs: Logs) throws -> Bool {
        guard let value = logs[name] else {
            let known = logs.names.joined(separator: ", ")
            throw ConvNetError(
                .invalidArgument,
                "there is no \(name) to watch, only \(known); name one of them or give validation data")
        }
        let isBetter: Bool
        switch (mode, best) {
        case (_, nil): isBetter = !value.isNaN
        case (.smaller, let best?): isBetter = value < best - minDelta
        case (.larger, let best?): isBetter = value > best + minDelta
        }
        if isBetter { best = value }
        return isBetter
    }

    /// What is remembered, for a checkpoint.
    var state: [String: Double] { best.map { ["best": $0] } ?? [:] }

    mutating func restore(_ state: [String: Double]) {
        best = state["best"]
    }
}

/// Which way a watched number is better.
public enum MonitorMode: Sendable {
    /// Small for losses and errors, large for everything else.
    case automatic
    /// Smaller is better.
    case minimize
    /// Larger is better.
    case maximize
}
