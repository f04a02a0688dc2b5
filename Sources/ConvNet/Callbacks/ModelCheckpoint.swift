/// Keeps the network after epochs, each time or when a number is better than ever before.
///
/// ```swift
/// ModelCheckpoint(path: "best.safetensors", monitor: "val_accuracy", saveBestOnly: true)
/// ModelCheckpoint(path: "epoch-{epoch}.safetensors")
/// ```
///
/// The file opens as a model, and holds the whole state of training besides: a copy of it can be put where
/// ``BackupAndRestore`` looks. As Keras's callback of that name.
public final class ModelCheckpoint: Callback {
    private let path: String
    private let settings: (name: String, mode: MonitorMode)
    private let saveBestOnly: Bool
    private let interval: Int
    private var monitor: Monitor
    private var isDue = false

    /// - Parameters:
    ///   - path: The file; `{epoch}` in it becomes the epoch's number, counted from 1.
    ///   - monitor: Name of the number that is watched with `saveBestOnly`.
    ///   - saveBestOnly: Whether a file is written only when the number is better than ever before.
    ///   - mode: Which way is better.
    ///   - epochs: After every so many epochs.
    public init(
        path: String, monitor: String = "val_loss", saveBestOnly: Bool = false, mode: MonitorMode = .automatic,
        everyEpochs epochs: Int = 1
    ) {
        self.path = path
        self.saveBestOnly = saveBestOnly
        settings = (monitor, mode)
        interval = max(epochs, 1)
        self.monitor = Monitor(monitor, mode: mode, minDelta: 0)
    }

    /// Begins anew.
    public func onTrainBegin(_ context: TrainingContext) throws {
        monitor = Monitor(settings.name, mode: settings.mode, minDelta: 0)
    }

    /// Looks at the number.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the logs have no number of that name.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        isDue = (epoch + 1).isMultiple(of: interval)
        if saveBestOnly, isDue { isDue = try monitor.improves(with: logs) }
    }

    /// The best number so far.
    public func state(_ context: TrainingContext) -> CallbackState { CallbackState(numbers: monitor.state) }

    /// Goes on with the best number so far.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {
        monitor.restore(state.numbers)
    }
}

extension ModelCheckpoint: CheckpointSaver {
    func saveIfDue(_ moment: CheckpointMoment, _ context: TrainingContext) throws {
        guard case .epoch = moment, isDue else { return }
        var target = path
        if let place = target.firstRange(of: "{epoch}") {
            target.replaceSubrange(place, with: "\(context.position.epoch)")
        }
        _ = try context.saveCheckpoint(to: target)
    }
}
