/// Writes a line for each epoch into a CSV file: `epoch`, then the logs' names, in order.
///
/// The whole file is replaced after each epoch, so a reader never sees half a line.
public final class CSVLogger: Callback {
    private let path: String
    private var text = ""

    /// - Parameter path: The file; one that is there is replaced when the first epoch ends.
    public init(path: String) {
        self.path = path
    }

    /// Begins anew.
    public func onTrainBegin(_ context: TrainingContext) throws {
        text = ""
    }

    /// After an epoch and its validation.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        if text.isEmpty { text = (["epoch"] + logs.names).joined(separator: ",") + "\n" }
        text += (["\(epoch)"] + logs.map { "\($0.value)" }).joined(separator: ",") + "\n"
        try AtomicFile.write(text, to: path)
    }

    /// The lines so far.
    public func state(_ context: TrainingContext) -> CallbackState { CallbackState(texts: ["lines": text]) }

    /// Goes on after them; what the file has beyond is replaced when the epoch ends again.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {
        text = state.texts["lines"] ?? ""
    }
}
