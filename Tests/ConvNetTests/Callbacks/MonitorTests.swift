import Testing

@testable import ConvNet

/// Callbacks that watch a number: fed with numbers of the test's own.
@Suite struct MonitorTests {
    /// A network whose one weight the test sets, and a training run that only exists.
    private struct Run {
        let model: Sequential
        let context: TrainingContext

        init() throws {
            model = try Sequential(inputShape: [1]) { Dense(1, useBias: false, kernelInitializer: .zeros) }
            model.compile(optimizer: SGD(learningRate: 1.0), loss: .meanSquaredError)
            context = TrainingContext(
                model: model, epochs: 100, stepsPerEpoch: 1, batchSize: 1,
                session: try model.makeSession(batch: 1, isTraining: true))
        }

        var weight: Float { model.weights[0].tensor.scalars[0] }

        /// Ends epochs with the given numbers; the weight is the epoch. Returns how many epochs there were.
        func feed(_ callback: any Callback, _ values: [Double], name: String = "val_loss") throws -> Int {
            try callback.onTrainBegin(context)
            var epochs = 0
            for (epoch, value) in values.enumerated() where !context.isStopping {
                try model.setWeights(["dense/kernel": Tensor([[Float(epoch)]])])
                var logs = Logs()
                logs["loss"] = 1
                logs[name] = value
                try callback.onEpochEnd(epoch, logs: logs, context)
                epochs += 1
            }
            try callback.onTrainEnd(context)
            return epochs
        }
    }

    /// What Keras's EarlyStopping does with the same numbers: epochs done, and the best of them.
    @Test(arguments: [
        // Patience 0 and 1 both end at the first epoch without improvement.
        (0, 0.0, [5.0, 4, 3, 3.5, 1], 4, 2), (1, 0, [5, 4, 3, 3.5, 1], 4, 2), (2, 0, [5, 4, 3, 3.5, 1], 5, 4),
        (2, 0, [5, 4, 6, 7, 1], 4, 1), (2, 0, [5, 6, 4, 6, 3, 6, 6, 1], 7, 4),
        // An equal number is no improvement, and neither is one by no more than minDelta.
        (1, 0, [5, 5, 1], 2, 0), (1, 1, [5, 4, 1], 2, 0), (1, 0.5, [5, 4, 3.75, 1], 3, 1),
        // NaN is never better, not even first.
        (3, 0, [.nan, 5, .nan, 4], 4, 3), (2, 0, [.nan, .nan, 1], 2, -1),
    ])
    func earlyStopping(patience: Int, minDelta: Double, values: [Double], epochs: Int, best: Int) throws {
        let run = try Run()
        let callback = EarlyStopping(minDelta: minDelta, patience: patience)
        #expect(try run.feed(callback, values) == epochs)
        #expect(callback.bestEpoch == (best < 0 ? nil : best))
        // The weights of the best epoch, also where the epochs ran out; where there is none, the last.
        #expect(run.weight == Float(best < 0 ? epochs - 1 : best))
        #expect(run.context.isStopping == (epochs < values.count))
    }

    @Test func theReasonIsASentence() throws {
        let run = try Run()
        _ = try run.feed(EarlyStopping(), [1, 2])
        #expect(run.context.stopReason == "val_loss did not improve for 1 epoch")
        let patient = try Run()
        _ = try patient.feed(EarlyStopping(patience: 2), [1, 2, 2])
        #expect(patient.context.stopReason == "val_loss did not improve for 2 epochs")
    }

    @Test(arguments: [
        ("val_loss", MonitorMode.automatic, 1), ("mean_squared_error", .automatic, 1), ("accuracy", .automatic, 2),
        ("val_accuracy", .automatic, 2), ("top_k_categorical_accuracy", .automatic, 2), ("val_accuracy", .minimize, 1),
        ("val_loss", .maximize, 2),
    ])
    func theNameTellsWhichWayIsBetter(name: String, mode: MonitorMode, best: Int) throws {
        let callback = EarlyStopping(monitor: name, patience: 9, mode: mode)
        _ = try Run().feed(callback, [2, 1, 3, 2], name: name)
        #expect(callback.bestEpoch == best)
    }

    @Test func aNameThatIsNotThereIsRefused() throws {
        for callback in [EarlyStopping(monitor: "val_acc"), ReduceLROnPlateau(monitor: "val_acc")] as [any Callback] {
            let error = #expect(throws: ConvNetError.self) { _ = try Run().feed(callback, [1]) }
            #expect(error?.kind == .invalidArgument)
            #expect(error?.message.contains("no val_acc to watch, only loss, val_loss") == true)
        }
    }

    @Test func aCallbackCanBeUsedAgain() throws {
        let callback = EarlyStopping(patience: 2)
        _ = try Run().feed(callback, [1, 2])
        let run = try Run()
        #expect(try run.feed(callback, [5, 6, 4]) == 3)
        #expect(callback.bestEpoch == 2)
        #expect(run.weight == 2)
    }

    @Test func earlyStoppingGivesTheBestWeightsOfARealTraining() throws {
        let model = try Sequential(inputShape: [4], seed: 1) {
            BatchNormalization()
            Dense(16, activation: .tanh)
            Dense(1)
        }
        model.compile(optimizer: Adam(learningRate: 0.1), loss: .meanSquaredError)
        let x = Tensor.normal([30, 4], seed: 1)
        let y = Tensor.normal([30, 1], seed: 2)
        let callback = EarlyStopping(patience: 3)
        // Noise cannot be learnt: the validation loss soon grows.
        let history = try model.fit(
            x: x, y: y, epochs: 60, validationData: (.normal([20, 4], seed: 3), .normal([20, 1], seed: 4)),
            callbacks: [callback])
        let losses = history["val_loss"]
        let best = try #require(losses.min())
        #expect(history.epochs.count < 60)
        #expect(callback.bestEpoch == losses.firstIndex(of: best))
        let after = try model.evaluate(x: .normal([20, 4], seed: 3), y: .normal([20, 1], seed: 4))
        #expect(after.loss == best, "moving statistics come back as well")
        #expect(after.loss != losses.last)
    }

    // MARK: - Learning rate

    /// Numbers, and the rates after each epoch, as Keras's ReduceLROnPlateau sets them.
    struct Plateau: Sendable {
        var patience = 1
        var minDelta = 0.0
        var cooldown = 0
        var minimum: Float = 0
        var mode = MonitorMode.automatic
        let values: [Double]
        let rates: [Float]
    }

    @Test(arguments: [
        Plateau(patience: 2, values: [5, 5, 5, 5, 5, 4, 4, 4], rates: [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]),
        Plateau(values: [5, 6, 6, 4, 6], rates: [1, 0.5, 0.25, 0.25, 0.125]),
        Plateau(minDelta: 1, values: [5, 4, 3, 3], rates: [1, 0.5, 0.5, 0.25]),
        Plateau(cooldown: 2, values: [5, 5, 5, 5, 5, 5, 5], rates: [1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]),
        Plateau(minimum: 0.375, values: [5, 5, 5, 5], rates: [1, 0.5, 0.375, 0.375]),
        Plateau(mode: .maximize, values: [5, 6, 6], rates: [1, 1, 0.5]),
        Plateau(values: [.nan, 5, 4], rates: [0.5, 0.5, 0.5]),
    ])
    func reduceLearningRateOnPlateau(plateau: Plateau) throws {
        let run = try Run()
        let callback = ReduceLROnPlateau(
            factor: 0.5, patience: plateau.patience, minDelta: plateau.minDelta, cooldown: plateau.cooldown,
            minimum: plateau.minimum, mode: plateau.mode)
        try callback.onTrainBegin(run.context)
        for (epoch, (value, rate)) in zip(plateau.values, plateau.rates).enumerated() {
            var logs = Logs()
            logs["val_loss"] = value
            try callback.onEpochEnd(epoch, logs: logs, run.context)
            #expect(run.context.learningRate == rate, "after epoch \(epoch)")
        }
    }
}
