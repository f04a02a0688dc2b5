/// Lowers the learning rate when a number no longer gets better.
public final class ReduceLROnPlateau: Callback {
    private let settings: (name: String, mode: MonitorMode, minDelta: Double)
    private let factor: Float
    private let patience: Int
    private let cooldown: Int
    private let minimum: Float
    private var monitor: Monitor
    private var epochsWithout = 0
    private var cooling = 0

    /// - Parameters:
    ///   - monitor: Name of the number.
    ///   - factor: What the rate is multiplied by, 0 to 1.
    ///   - patience: Epochs without improvement that are endured.
    ///   - minDelta: Changes up to this count as none.
    ///   - cooldown: Epochs after a reduction in which nothing is counted.
    ///   - minimum: The smallest rate.
    ///   - mode: Which way is better.
    public init(
        monitor: String = "val_loss", factor: Float = 0.1, patience: Int = 10, minDelta: Double = 1e-4,
        cooldown: Int = 0, minimum: Float = 0, mode: MonitorMode = .automatic
    ) {
        settings = (monitor, mode, minDelta)
        self.factor = factor
        self.patience = patience
        self.cooldown = cooldown
        self.minimum = minimum
        self.monitor = Monitor(monitor, mode: mode, minDelta: minDelta)
    }

    /// Begins anew.
    public func onTrainBegin(_ context: TrainingContext) throws {
        monitor = Monitor(settings.name, mode: settings.mode, minDelta: settings.minDelta)
        epochsWithout = 0
        cooling = 0
    }

    /// After an epoch and its validation.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        if cooling > 0 {
            cooling -= 1
            epochsWithout = 0
        }
        if try monitor.improves(with: logs) {
            epochsWithout = 0
        } else if cooling == 0 {
            epochsWithout += 1
            if epochsWithout >= patience, context.learningRate > minimum {
                context.learningRate = max(context.learningRate * factor, minimum)
                cooling = cooldown
                epochsWithout = 0
            }
        }
    }

    /// The best number so far, and the counts of epochs.
    public func state(_ context: TrainingContext) -> CallbackState {
        let counts = ["epochs_without": Double(epochsWithout), "cooling": Double(cooling)]
        return CallbackState(numbers: monitor.state.merging(counts) { $1 })
    }

    /// Goes on with them. The learning rate itself is part of the optimizer.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {
        monitor.restore(state.numbers)
        epochsWithout = state.count("epochs_without") ?? 0
        cooling = state.count("cooling") ?? 0
    }
}
