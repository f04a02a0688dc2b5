/// Ends training when a number no longer gets better, and gives the network the weights of its best epoch: always, also
/// when the epochs run out first.
public final class EarlyStopping: Callback {
    /// The epoch whose weights the network has after training, counted from 0.
    public private(set) var bestEpoch: Int?

    private let monitorSettings: (name: String, mode: MonitorMode, minDelta: Double)
    private let patience: Int
    private var monitor: Monitor
    private var bestWeights: WeightSnapshot?
    private var epochsWithout = 0

    /// - Parameters:
    ///   - monitor: Name of the number.
    ///   - minDelta: Changes up to this count as none.
    ///   - patience: Epochs without improvement that are endured.
    ///   - mode: Which way is better.
    public init(
        monitor: String = "val_loss", minDelta: Double = 0, patience: Int = 0, mode: MonitorMode = .automatic
    ) {
        monitorSettings = (monitor, mode, minDelta)
        self.patience = patience
        self.monitor = Monitor(monitor, mode: mode, minDelta: minDelta)
    }

    /// Begins anew.
    public func onTrainBegin(_ context: TrainingContext) throws {
        monitor = Monitor(monitorSettings.name, mode: monitorSettings.mode, minDelta: monitorSettings.minDelta)
        bestWeights = nil
        bestEpoch = nil
        epochsWithout = 0
    }

    /// After an epoch and its validation.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        if try monitor.improves(with: logs) {
            bestWeights = context.model.captureWeights()
            bestEpoch = epoch
            epochsWithout = 0
        } else {
            epochsWithout += 1
            stopIfPatienceEnded(context)
        }
    }

    private func stopIfPatienceEnded(_ context: TrainingContext) {
        guard epochsWithout >= max(patience, 1) else { return }
        let epochs = epochsWithout == 1 ? "1 epoch" : "\(epochsWithout) epochs"
        context.stop(reason: "\(monitor.name) did not improve for \(epochs)")
    }

    /// Cleans up.
    public func onTrainEnd(_ context: TrainingContext) throws {
        if let bestWeights { context.model.restoreWeights(bestWeights) }
        bestWeights = nil
    }

    /// The best number so far with its epoch and weights, and the count of epochs since then.
    public func state(_ context: TrainingContext) -> CallbackState {
        var state = CallbackState(numbers: monitor.state)
        state.numbers["epochs_without"] = Double(epochsWithout)
        if let bestEpoch, let bestWeights {
            state.numbers["best_epoch"] = Double(bestEpoch)
            for (name, tensor) in context.model.tensors(of: bestWeights) { state.tensors[name] = tensor }
        }
        return state
    }

    /// Goes on with them.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` where the weights are not the network's.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {
        monitor.restore(state.numbers)
        bestEpoch = state.count("best_epoch")
        epochsWithout = state.count("epochs_without") ?? 0
        bestWeights = bestEpoch == nil ? nil : try context.model.snapshot(of: state.tensors)
        // Where that had ended training already, it ends here.
        stopIfPatienceEnded(context)
    }
}
