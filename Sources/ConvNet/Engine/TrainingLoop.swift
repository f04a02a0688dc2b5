/// Epochs, steps, callbacks and history: what all forms of `fit` share. Runs on the compute thread.
struct TrainingLoop {
    let model: Sequential
    let epochs: Int
    let stepsPerEpoch: Int?
    let batchSize: Int
    let terminateOnNaN: Bool
    let callbacks: [any Callback]
    let examples: ExampleUse
    let session: TrainingSession

    /// Does one step on the batch that was loaded; false when training is to stop.
    typealias Step = (_ batch: Int, _ count: Int) throws -> Bool

    /// - Parameters:
    ///   - initialEpoch: Number of the first epoch, where training does not go on from a checkpoint.
    ///   - runEpoch: Loads each batch of an epoch, from the given one on, and calls the step.
    ///   - validate: Validation logs without their prefix, or nil.
    func run(
        initialEpoch: Int, runEpoch: (_ epoch: Int, _ firstBatch: Int, _ step: Step) throws -> Void,
        validate: () throws -> Logs?
    ) throws -> History {
        let context = TrainingContext(
            model: model, epochs: epochs, stepsPerEpoch: stepsPerEpoch, batchSize: batchSize, session: session,
            examples: examples, callbacks: callbacks)
        context.position.epoch = initialEpoch
        // The weights to go back to; memory for them once, since an epoch allocates nothing either.
        let begun = terminateOnNaN ? ParameterStore(copying: model.store) : nil
        let savers = self.savers
        for callback in callbacks { try callback.onTrainBegin(context) }
        try context.takeUpResumed()
        while context.position.epoch < epochs, !context.isStopping {
            let epoch = context.position.epoch
            let firstBatch = context.position.batch
            if firstBatch == 0 {
                for callback in callbacks { try callback.onEpochBegin(epoch, context) }
                session.totals.reset()
                context.clock.beginEpoch()
            }
            begun?.copy(from: model.store)
            var isWhole = true
            try runEpoch(epoch, firstBatch) { batch, count in
                let loss = try step(count: count)
                if let begun, !loss.isFinite {
                    throw divergence("loss became \(loss.isNaN ? "NaN" : "infinite")", epoch, batch, begun)
                }
                context.position = TrainingPosition(epoch: epoch, batch: batch + 1)
                for callback in callbacks { try callback.onBatchEnd(batch, context) }
                ComputeThread.shared.serveWaiting()
                if batch + 1 != stepsPerEpoch {
                    if context.isStopping { isWhole = false }
                    for saver in savers { try saver.saveIfDue(.step, context) }
                }
                return !context.isStopping
            }
            // A step may end with a finite loss and weights that are not; the next one would tell, if there is one.
            if let begun, !model.store.isFinite {
                throw divergence("weights became infinite or NaN", epoch, session.totals.batches - 1, begun)
            }
            guard isWhole else { break }
            try endEpoch(epoch, try validate(), context)
            for saver in savers { try saver.saveIfDue(.epoch, context) }
        }
        for saver in savers { try saver.saveIfDue(.end, context) }
        for callback in callbacks { try callback.onTrainEnd(context) }
        context.history.stopReason = context.stopReason
        context.history.seconds = context.clock.total
        return context.history
    }

    private func endEpoch(_ epoch: Int, _ validation: Logs?, _ context: TrainingContext) throws {
        var logs = session.totals.logs()
        for (name, value) in validation ?? Logs() { logs["val_" + name] = value }
        context.history.epochs.append(History.Epoch(epoch: epoch, seconds: context.clock.epoch, logs: logs))
        for callback in callbacks { try callback.onEpochEnd(epoch, logs: logs, context) }
        context.position = TrainingPosition(epoch: epoch + 1)
    }

    /// Backups come last: what others keep is kept again where a backup before it is gone on from.
    private var savers: [any CheckpointSaver] {
        let all = callbacks.compactMap { $0 as? any CheckpointSaver }
        return all.filter { !($0 is BackupAndRestore) } + all.filter { $0 is BackupAndRestore }
    }

    /// Returns the loss; where it is not finite and that ends training, nothing was changed.
    private func step(count: Int) throws -> Double {
        guard let compilation = model.compilation, let state = compilation.state else {
            throw ConvNetError(
                .invalidArgument, "a callback compiled the network while it was trained; compile it before fit")
        }
        let number = state.step
        let loss = session.forward(count: count, step: number)
        if terminateOnNaN, !loss.isFinite { return loss }
        session.backward(count: count, step: number)
        session.update(compilation.optimizer, state)
        return loss
    }

    /// Goes back to the weights with which the epoch began; what the optimizer remembers led here and is forgotten.
    private func divergence(_ what: String, _ epoch: Int, _ batch: Int, _ begun: ParameterStore) -> ConvNetError {
        let rate = model.currentLearningRate
        model.store.copy(from: begun)
        model.compilation?.state = nil
        return ConvNetError(
            .diverged,
            "the \(what) in epoch \(epoch + 1), step \(batch + 1); lower the learning rate (it was \(rate)) "
                + "or clip gradients")
    }
}
