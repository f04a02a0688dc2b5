/// Keeps the state of training in a file, and goes on from there when the same training is started again.
///
/// ```swift
/// try model.fit(
///     train, epochs: 20, validationData: test,
///     callbacks: [BackupAndRestore(path: "backup.safetensors", every: .init(epochs: 1, seconds: 30))])
/// ```
///
/// After a crash the same program, run again, ends with the same weights, bit for bit, as if nothing had happened, with
/// any number of threads. The file holds weights, optimizer, position in the epoch, sums of loss and metrics, the history
/// and what other callbacks remember (``Callback/state(_:)``); random numbers follow from the network's seed and the
/// position. It is replaced as a whole: a crash while it is written leaves the one before.
///
/// As Keras's callback of that name; it goes on within an epoch, too.
public final class BackupAndRestore: Callback {
    private let path: String
    private let interval: CheckpointInterval
    private let deletesAtEnd: Bool
    private let clock = ContinuousClock()
    private var lastSaved = ContinuousClock.now
    private var stepsUnsaved = 0
    /// The position that the file holds.
    private var saved: TrainingPosition?

    /// - Parameters:
    ///   - path: The file.
    ///   - interval: How often.
    ///   - deletesAtEnd: Whether the file is removed when training has come to its end: all epochs, or a callback that
    ///     ended it after one. It stays where training is ended within an epoch.
    public init(path: String, every interval: CheckpointInterval = .epochs(1), deletesAtEnd: Bool = true) {
        self.path = path
        self.interval = interval
        self.deletesAtEnd = deletesAtEnd
    }

    /// Goes on from the file, where there is one.
    ///
    /// - Throws: ``ConvNetError``: `invalidData` where the file is not a checkpoint or is damaged; `invalidArgument`, naming
    ///   the difference, where it belongs to a training with another network, loss, optimizer, batch size, number or order
    ///   of examples, or augmentation. Whether the examples themselves are the same is not looked at.
    public func onTrainBegin(_ context: TrainingContext) throws {
        stepsUnsaved = 0
        lastSaved = clock.now
        saved = nil
        guard Checkpoint.exists(path) else { return }
        let checkpoint = try Checkpoint.read(path)
        try context.resume(from: checkpoint, path: path)
        saved = checkpoint.state.position
    }

    /// Counts.
    public func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
        stepsUnsaved += 1
    }

    /// Removes the file, where that was asked for.
    public func onTrainEnd(_ context: TrainingContext) throws {
        if deletesAtEnd, context.position.batch == 0 { try AtomicFile.remove(path) }
    }
}

extension BackupAndRestore: CheckpointSaver {
    func saveIfDue(_ moment: CheckpointMoment, _ context: TrainingContext) throws {
        let isTime =
            interval.seconds.map { clock.now - lastSaved >= .seconds($0) } ?? false
            || interval.steps.map { stepsUnsaved >= $0 } ?? false
        let isDue: Bool
        switch moment {
        case .step: isDue = isTime
        case .epoch: isDue = isTime || interval.epochs.map { context.position.epoch.isMultiple(of: $0) } ?? false
        case .end: isDue = true
        }
        guard isDue, context.position != saved else { return }
        guard try context.saveCheckpoint(to: path) else { return }
        saved = context.position
        lastSaved = clock.now
        stepsUnsaved = 0
    }
}

/// What a program needs that keeps runs in folders.
extension BackupAndRestore {
    /// Keeps the state of a training of images before its first step.
    ///
    /// - Parameters:
    ///   - model: Compiled, with its first weights.
    ///   - examples: Images an epoch.
    ///   - batchSize: Images a step.
    ///   - augmentation: How they are changed at random.
    ///   - path: The file.
    package static func saveBeginning(
        of model: Sequential, examples: Int, batchSize: Int, augmentation: Augmentation?, to path: String
    ) throws {
        let compilation = try model.requireCompilation()
        let state = TrainingState(
            position: TrainingPosition(), batchSize: batchSize, stepsPerEpoch: (examples + batchSize - 1) / batchSize,
            examples: ExampleUse(count: examples, shuffle: true, augmentation: augmentation), step: 0,
            loss: .init(sum: 0, count: 0), batches: 0,
            metrics: compilation.metrics.map { _ in .init(sum: 0, count: 0) }, history: [], seconds: 0, epochSeconds: 0,
            callbacks: [])
        try Checkpoint.write(model, compilation, state, callbacks: [], to: path)
    }

    /// The epoch that a checkpoint is in or before, counted from 0, and the steps done in it.
    ///
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file, `invalidData` where it is no checkpoint or
    ///   is damaged.
    package static func position(in path: String) throws -> (epoch: Int, batch: Int) {
        let position = try Checkpoint.read(path).state.position
        return (position.epoch, position.batch)
    }
}
