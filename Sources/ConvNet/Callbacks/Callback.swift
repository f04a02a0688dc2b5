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
    /// What the callback remembers, for a checkpoint: asked after a step or an epoch, when all callbacks have seen it.
    func state(_ context: TrainingContext) -> CallbackState
    /// Takes up what ``state(_:)`` gave, after ``onTrainBegin(_:)``, when training goes on from a checkpoint: before epoch
    /// ``TrainingContext/epoch``, or within it after ``TrainingContext/batch`` steps; then ``onEpochBegin(_:_:)`` of that
    /// epoch is not called again.
    func restore(_ state: CallbackState, _ context: TrainingContext) throws
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
    /// Nothing.
    public func state(_ context: TrainingContext) -> CallbackState { CallbackState() }
    /// Does nothing.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {}
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

    /// What the epochs that are done gave.
    public internal(set) var history = History()

    let session: TrainingSession
    let callbacks: [any Callback]
    let examples: ExampleUse
    /// The epoch that runs, or the next one, and the steps done in it.
    var position = TrainingPosition()
    /// Time spent: since the epoch and the training began, without what a checkpoint already counts.
    var clock = TrainingClock()
    /// What training goes on from, until the loop has taken it up.
    var resumed: Checkpoint?

    init(
        model: Sequential, epochs: Int, stepsPerEpoch: Int?, batchSize: Int, session: TrainingSession,
        examples: ExampleUse = ExampleUse(), callbacks: [any Callback] = []
    ) {
        self.model = model
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
        self.batchSize = batchSize
        self.examples = examples
        self.session = session
        self.callbacks = callbacks
    }

    /// The epoch that runs, counted from 0; between two epochs the next one.
    public var epoch: Int { position.epoch }

    /// Steps done in that epoch.
    public var batch: Int { position.batch }

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
