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
        // The weights to go back to; memory for them once, since an epoch allocates nothing either.
        let begun = terminateOnNaN ? ParameterStore(copying: model.store) : nil
        for callback in callbacks { try callback.onTrainBegin(context) }
        for epoch in initialEpoch..<epochs where !context.isStopping {
            for callback in callbacks { try callback.onEpochBegin(epoch, context) }
            begun?.copy(from: model.store)
            session.totals.reset()
            var isWhole = true
            let clock = ContinuousClock()
            let start = clock.now
            try runEpoch(epoch) { batch, count in
                let loss = try step(count: count)
                if let begun, !loss.isFinite {
                    throw divergence("loss became \(loss.isNaN ? "NaN" : "infinite")", epoch, batch, begun)
                }
                for callback in callbacks { try callback.onBatchEnd(batch, context) }
                ComputeThread.shared.serveWaiting()
                let isLast = batch + 1 == stepsPerEpoch
                if context.isStopping && !isLast { isWhole = false }
                return !context.isStopping
            }
            // A step may end with a finite loss and weights that are not; the next one would tell, if there is one.
            if let begun, !model.store.isFinite {
                throw divergence("weights became infinite or NaN", epoch, session.totals.batches - 1, begun)
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
