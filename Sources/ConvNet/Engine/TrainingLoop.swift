/// Epochs, steps, callbacks and history: what all forms of `fit` share. Runs on the compute thread.
struct TrainingLoop {
    let model: Sequential
    let epochs: Int
    let stepsPerEpoch: Int?
    let batchSize: Int
    let terminateOnNaN: Bool
    let callbacks: [any Callback]
    let session: TrainingSession

    /// Does one step on the batch that was loaded; false when training is to stop.
    typealias Step = (_ batch: Int, _ count: Int) throws -> Bool

    /// - Parameters:
    ///   - initialEpoch: Number of the first epoch.
    ///   - runEpoch: Loads each batch of an epoch and calls the step.
    ///   - validate: Validation logs without their prefix, or nil.
    func run(
        initialEpoch: Int, runEpoch: (_ epoch: Int, _ step: Step) throws -> Void, validate: () throws -> Logs?
    ) throws -> History {
        let context = TrainingContext(
            model: model, epochs: epochs, stepsPerEpoch: stepsPerEpoch, batchSize: batchSize, session: session)
        var history = History()
        for callback in callbacks { try callback.onTrainBegin(context) }
        for epoch in initialEpoch..<epochs where !context.isStopping {
            for callback in callbacks { try callback.onEpochBegin(epoch, context) }
            session.totals.reset()
            var isWhole = true
            let clock = ContinuousClock()
            let start = clock.now
            try runEpoch(epoch) { batch, count in
                try step(epoch: epoch, batch: batch, count: count)
                for callback in callbacks { try callback.onBatchEnd(batch, context) }
                let isLast = batch + 1 == stepsPerEpoch
                if context.isStopping && !isLast { isWhole = false }
                return !context.isStopping
            }
            guard isWhole else { break }
            var logs = session.totals.logs()
            if let validation = try validate() {
                for (name, value) in validation { logs["val_" + name] = value }
            }
            let elapsed = start.duration(to: clock.now)
            history.epochs.append(
                History.Epoch(epoch: epoch, seconds: elapsed / .seconds(1), logs: logs))
            for callback in callbacks { try callback.onEpochEnd(epoch, logs: logs, context) }
        }
        for callback in callbacks { try callback.onTrainEnd(context) }
        history.stopReason = context.stopReason
        return history
    }

    private func step(epoch: Int, batch: Int, count: Int) throws {
        guard let compilation = model.compilation, let state = compilation.state else { return }
        let number = state.step
        let loss = session.forward(count: count, step: number)
        if terminateOnNaN, !loss.isFinite {
            throw ConvNetError(
                .diverged,
                "the loss became \(loss.isNaN ? "NaN" : "infinite") in epoch \(epoch + 1), step \(batch + 1); lower the learning rate "
                    + "(it was \(model.currentLearningRate)) or clip gradients")
        }
        session.backward(count: count, step: number)
        session.update(compilation.optimizer, state)
    }
}
