import Testing

@testable import ConvNet

/// When callbacks are called, and what they may do.
@Suite struct CallbackTests {
    private func made() throws -> Sequential {
        let model = try Sequential(inputShape: [3], seed: 1) { Dense(2, activation: .softmax) }
        model.compile(optimizer: Adam(learningRate: 0.1), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    private let x = Tensor.uniform([10, 3], seed: 2)
    private let y = Tensor(shape: [10], scalars: (0..<10).map { Float($0 % 2) })

    /// Notes every call, and does one thing at one of them.
    private final class Recorder: Callback {
        private(set) var calls: [String] = []
        private(set) var logs: [[String]] = []
        private let name: String
        private let moment: String
        private let action: (TrainingContext) throws -> Void

        init(
            _ name: String = "", at moment: String = "", _ action: @escaping (TrainingContext) throws -> Void = { _ in }
        ) {
            self.name = name
            self.moment = moment
            self.action = action
        }

        private func note(_ call: String, _ context: TrainingContext) throws {
            calls.append(name + call)
            logs.append(context.logs.names)
            if call == moment { try action(context) }
        }

        func onTrainBegin(_ context: TrainingContext) throws { try note("train begin", context) }
        func onTrainEnd(_ context: TrainingContext) throws { try note("train end", context) }
        func onEpochBegin(_ epoch: Int, _ context: TrainingContext) throws { try note("epoch \(epoch) begin", context) }
        func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
            try note("epoch \(epoch) end \(logs.names.joined(separator: ","))", context)
        }
        func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws { try note("batch \(batch)", context) }
    }

    @Test func theOrderOfCalls() throws {
        let recorder = Recorder()
        try made().fit(
            x: x, y: y, epochs: 2, batchSize: 4, validationSplit: 0.2, callbacks: [recorder])
        #expect(
            recorder.calls == [
                "train begin",
                "epoch 0 begin", "batch 0", "batch 1", "epoch 0 end loss,accuracy,val_loss,val_accuracy",
                "epoch 1 begin", "batch 0", "batch 1", "epoch 1 end loss,accuracy,val_loss,val_accuracy",
                "train end",
            ])
        #expect(recorder.logs.allSatisfy { $0 == ["loss", "accuracy"] })
    }

    @Test func callbacksAreCalledInTheirOrder() throws {
        final class Shared {
            var calls: [String] = []
        }
        final class Noting: Callback {
            let name: String
            let shared: Shared
            init(_ name: String, _ shared: Shared) { (self.name, self.shared) = (name, shared) }
            func onTrainBegin(_ context: TrainingContext) { shared.calls.append(name + "begin") }
            func onTrainEnd(_ context: TrainingContext) { shared.calls.append(name + "end") }
        }
        let shared = Shared()
        try made().fit(x: x, y: y, callbacks: [Noting("a ", shared), Noting("b ", shared)])
        #expect(shared.calls == ["a begin", "b begin", "a end", "b end"])
    }

    @Test func theContextTellsWhatWasAsked() throws {
        var seen: [String] = []
        let recorder = Recorder(at: "batch 1") { context in
            seen.append(
                "\(context.epochs) \(context.stepsPerEpoch ?? -1) \(context.batchSize) \(context.learningRate)")
        }
        let model = try made()
        try model.fit(x: x, y: y, epochs: 3, batchSize: 4, callbacks: [recorder])
        #expect(seen == ["3 3 4 0.1", "3 3 4 0.1", "3 3 4 0.1"])
    }

    @Test func logsAreMeansSoFar() throws {
        var seen: [Logs] = []
        let recorder = Recorder(at: "batch 2") { seen.append($0.logs) }
        let history = try made().fit(x: x, y: y, epochs: 2, batchSize: 4, callbacks: [recorder])
        #expect(seen == history.epochs.map(\.logs))
    }

    // MARK: - Stopping

    @Test func stopInTheMiddleOfAnEpochDropsIt() throws {
        let recorder = Recorder(at: "batch 1") { $0.stop(reason: "enough") }
        let history = try made().fit(x: x, y: y, epochs: 9, batchSize: 4, callbacks: [recorder])
        #expect(recorder.calls == ["train begin", "epoch 0 begin", "batch 0", "batch 1", "train end"])
        #expect(history.epochs.isEmpty)
        #expect(history.stopReason == "enough")
    }

    @Test func stopAtTheLastBatchKeepsTheEpoch() throws {
        let recorder = Recorder(at: "batch 2") { $0.stop() }
        let history = try made().fit(x: x, y: y, epochs: 9, batchSize: 4, callbacks: [recorder])
        #expect(recorder.calls.suffix(2) == ["epoch 0 end loss,accuracy", "train end"])
        #expect(history.epochs.count == 1)
        #expect(history.stopReason == nil)
    }

    @Test func theFirstReasonCounts() throws {
        let first = Recorder(at: "epoch 0 end loss,accuracy") { $0.stop(reason: "first") }
        let second = Recorder(at: "epoch 0 end loss,accuracy") { $0.stop(reason: "second") }
        let history = try made().fit(x: x, y: y, epochs: 9, callbacks: [first, second])
        #expect(history.stopReason == "first")
        #expect(second.calls.last == "train end")
    }

    @Test func stopBeforeTheFirstEpoch() throws {
        let model = try made()
        let before = model.weightBits
        let history = try model.fit(
            x: x, y: y, epochs: 9, callbacks: [Recorder(at: "train begin") { $0.stop(reason: "no") }])
        #expect(history.epochs.isEmpty)
        #expect(model.weightBits == before)
    }

    // MARK: - Errors

    struct Failure: Error, Equatable {
        let place: String
    }

    @Test(arguments: ["train begin", "epoch 0 begin", "batch 1", "epoch 0 end loss,accuracy", "train end"])
    func whatACallbackThrowsEndsTraining(moment: String) throws {
        let recorder = Recorder()
        let thrower = Recorder(at: moment) { _ in throw Failure(place: moment) }
        let model = try made()
        #expect(throws: Failure(place: moment)) {
            try model.fit(x: x, y: y, epochs: 2, batchSize: 4, callbacks: [recorder, thrower])
        }
        #expect(recorder.calls.last == moment)
        // The network can go on.
        try model.fit(x: x, y: y)
    }

    // MARK: - Re-entrancy

    /// Callbacks run where the kernels do; what they ask of the network must neither wait for itself nor disturb it.
    @Test func callbacksMayUseTheNetwork() throws {
        let (watched, plain) = (try made(), try made())
        var evaluations: [Double] = []
        let callback = Recorder(at: "batch 1") { [x, y] context in
            let outputs = try context.model.predict(x)
            #expect(context.model.predictor().predict(x) == outputs)
            #expect(outputs.shape == [10, 2])
            evaluations.append(try context.model.evaluate(x: x, y: y, batchSize: 3).loss)
            _ = try context.model.predictClasses(x)
        }
        let history = try watched.fit(x: x, y: y, epochs: 3, batchSize: 4, callbacks: [callback])
        let expected = try plain.fit(x: x, y: y, epochs: 3, batchSize: 4)
        #expect(evaluations.count == 3)
        #expect(Set(evaluations).count == 3)
        #expect(watched.weightBits == plain.weightBits)
        #expect(history.epochs.map(\.logs) == expected.epochs.map(\.logs))
    }

    @Test func callbacksMayTrainAnotherNetwork() throws {
        let (watched, plain, other, alone) = (try made(), try made(), try made(), try made())
        let callback = Recorder(at: "batch 1") { [x, y] _ in try other.fit(x: x, y: y, epochs: 2) }
        try watched.fit(x: x, y: y, batchSize: 4, callbacks: [callback])
        try plain.fit(x: x, y: y, batchSize: 4)
        try alone.fit(x: x, y: y, epochs: 2)
        #expect(watched.weightBits == plain.weightBits)
        #expect(other.weightBits == alone.weightBits)
    }

    @Test func callbacksMayNotCompile() throws {
        let callback = Recorder(at: "batch 0") { $0.model.compile(loss: .meanSquaredError) }
        let error = #expect(throws: ConvNetError.self) {
            try made().fit(x: x, y: y, epochs: 2, batchSize: 4, callbacks: [callback])
        }
        #expect(error?.kind == .invalidArgument)
    }

    // MARK: - Learning rates

    @Test func theSchedulerSetsTheRateOfEachEpoch() throws {
        var given: [Float] = []
        var seen: [Float] = []
        let scheduler = LearningRateScheduler { epoch, rate in
            given.append(rate)
            return rate / Float(epoch + 1)
        }
        final class Watcher: Callback {
            let see: (Float) -> Void
            init(_ see: @escaping (Float) -> Void) { self.see = see }
            func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) { see(context.learningRate) }
        }
        let model = try made()
        model.compile(optimizer: SGD(learningRate: 0.5), loss: .categoricalCrossentropy)
        try model.fit(x: x, y: y, epochs: 3, callbacks: [scheduler, Watcher { seen.append($0) }])
        #expect(given == [0.5, 0.5, 0.25])
        #expect(seen == [0.5, 0.25, 0.25 / 3])
    }

    @Test func aRateThatIsSetIsTheOneThatIsUsed() throws {
        let model = try Sequential(inputShape: [1]) { Dense(1, useBias: false, kernelInitializer: .zeros) }
        model.compile(
            optimizer: SGD(learningRate: .piecewiseConstant(boundaries: [1], values: [0.25, 100])),
            loss: .meanSquaredError)
        // The gradient of (0 - y)² at x = 1 is -2y: each step moves the weight by 2 · rate · (y - w).
        let setter = Recorder(at: "batch 0") { $0.learningRate = 0.5 }
        try model.fit(x: .ones([2, 1]), y: Tensor([[8], [8]]), batchSize: 1, shuffle: false, callbacks: [setter])
        #expect(model.weights[0].tensor.scalars == [8])
    }
}
