/// Something that watches a training run and may change it. All methods do nothing unless written.
///
/// They run between steps, on the thread that trains; an error thrown ends training and reaches the caller of `fit`.
public protocol Callback: AnyObject {
    /// Before the first epoch.
    func onTrainBegin(_ context: TrainingContext) throws
    /// After the last epoch, however training ended, unless by an error.
    func onTrainEnd(_ context: TrainingContext) throws
    /// Before an epoch, counted from 0.
    func onEpochBegin(_ epoch: Int, _ context: TrainingContext) throws
    /// After an epoch and its validation.
    func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws
    /// After a step, counted from 0 in its epoch; ``TrainingContext/logs`` has the means so far.
    func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws
}

extension Callback {
    /// Does nothing.
    public func onTrainBegin(_ context: TrainingContext) throws {}
    /// Does nothing.
    public func onTrainEnd(_ context: TrainingContext) throws {}
    /// Does nothing.
    public func onEpochBegin(_ epoch: Int, _ context: TrainingContext) throws {}
    /// Does nothing.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {}
    /// Does nothing.
    public func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {}
}

/// A training run, as its callbacks see it.
public final class TrainingContext {
    /// The network that is trained.
    public let model: Sequential
    /// Epochs asked for, counted from the first of all.
    public let epochs: Int
    /// Steps an epoch; nil where a stream of batches does not say.
    public let stepsPerEpoch: Int?
    /// Examples a step.
    public let batchSize: Int
    /// Why training will end after this step, or nil.
    public private(set) var stopReason: String?
    /// Whether training will end after this step.
    public private(set) var isStopping = false

    let session: TrainingSession

    init(model: Sequential, epochs: Int, stepsPerEpoch: Int?, batchSize: Int, session: TrainingSession) {
        self.model = model
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
        self.batchSize = batchSize
        self.session = session
    }

    /// Loss and metrics of the epoch so far.
    public var logs: Logs { session.totals.logs() }

    /// The rate of the next step. Setting it replaces a schedule by a constant.
    public var learningRate: Float {
        get { model.currentLearningRate }
        set { model.setLearningRate(newValue) }
    }

    /// Ends training after this step.
    ///
    /// - Parameter reason: One sentence for ``History/stopReason``.
    public func stop(reason: String? = nil) {
        isStopping = true
        stopReason = stopReason ?? reason
    }
}
