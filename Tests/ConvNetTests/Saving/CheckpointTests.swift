import Testing

@testable import ConvNet

/// Training that is ended anywhere and gone on with gives the same bits as training that was not.
@Suite struct CheckpointTests {
    private struct Crash: Error {}

    /// Ends training by an error after a step, counted over all epochs.
    private final class CrashAfter: Callback {
        private var left: Int

        init(steps: Int) { left = steps }

        func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
            left -= 1
            if left == 0 { throw Crash() }
        }
    }

    static func made(
        optimizer: any Optimizer = Adam(learningRate: 0.01), seed: UInt64 = 3
    ) throws -> Sequential {
        let model = try Sequential(inputShape: [8, 8, 1], seed: seed) {
            Conv2D(4, kernelSize: 3)
            BatchNormalization()
            Activation(.relu)
            Flatten()
            Dropout(0.25)
            Dense(10, activation: .softmax)
        }
        model.compile(optimizer: optimizer, loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    /// Trains with a crash after every so many steps, each time with a new network, until it comes to its end.
    private func trainWithCrashes(
        every steps: Int, backup: BackupAndRestore, optimizer: any Optimizer = Adam(learningRate: 0.01),
        callbacks: () -> [any Callback] = { [] }, fit: (Sequential, [any Callback]) throws -> History
    ) throws -> (model: Sequential, history: History, crashes: Int) {
        for crashes in 0..<100 {
            let model = try Self.made(optimizer: optimizer)
            do {
                let history = try fit(model, [backup] + callbacks() + [CrashAfter(steps: steps)])
                return (model, history, crashes)
            } catch is Crash {}
        }
        Issue.record("training never ends")
        throw Crash()
    }

    private static let optimizers: [any Optimizer] = [
        SGD(learningRate: 0.1), SGD(learningRate: 0.1, momentum: 0.9), RMSprop(), Adam(learningRate: 0.01), AdamW(),
        Adam(learningRate: .cosineDecay(initial: 0.02, steps: 20)),
    ]

    @Test(arguments: optimizers.indices, [3, 5, 7, 11])
    func goesOnBitForBit(optimizer index: Int, crashEvery steps: Int) throws {
        let optimizer = Self.optimizers[index]
        let data = try SmallData.digits(110, seed: 1)
        func fit(_ model: Sequential, _ callbacks: [any Callback]) throws -> History {
            try model.fit(data, epochs: 3, batchSize: 16, validationSplit: 0.1, callbacks: callbacks)
        }
        let whole = try Self.made(optimizer: optimizer)
        let expected = try fit(whole, [])
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            let (model, history, crashes) = try trainWithCrashes(
                every: steps, backup: BackupAndRestore(path: path, every: .steps(2)), optimizer: optimizer, fit: fit)
            // 7 steps an epoch; two of every crash's steps at most are done again.
            #expect(crashes >= 21 / steps - 1)
            #expect(model.weightBits == whole.weightBits)
            #expect(history.epochs.map(\.logs) == expected.epochs.map(\.logs))
            #expect(history.epochs.map(\.epoch) == [0, 1, 2])
            #expect(try contents(of: folder) == [], "the backup is removed at the end")
        }
    }

    @Test func goesOnWithAnotherNumberOfThreads() throws {
        let data = try SmallData.digits(200, seed: 1)
        func fit(_ model: Sequential, _ callbacks: [any Callback]) throws -> History {
            try model.fit(data, epochs: 2, batchSize: 32, callbacks: callbacks)
        }
        let whole = try Self.made()
        _ = try fit(whole, [])
        let threads = ConvNetRuntime.threadCount
        defer { ConvNetRuntime.threadCount = threads }
        try withTemporaryFolder { folder in
            let backup = BackupAndRestore(path: folder + "/backup.safetensors", every: .steps(1))
            var count = 0
            let (model, _, crashes) = try trainWithCrashes(every: 3, backup: backup) { model, callbacks in
                count += 1
                ConvNetRuntime.threadCount = 1 + count % 3
                return try fit(model, callbacks)
            }
            #expect(crashes >= 3)
            #expect(model.weightBits == whole.weightBits)
        }
    }

    @Test func goesOnWithinAStream() throws {
        let data = try SmallData.digits(96, seed: 1)
        func batches(_ epoch: Int) -> [Batch] {
            (0..<6).map { number in
                let part = data[16 * ((number + epoch) % 6)..<16 * ((number + epoch) % 6) + 16]
                return Batch(x: part.images, y: part.oneHotLabels)
            }
        }
        func fit(_ model: Sequential, _ callbacks: [any Callback]) throws -> History {
            try model.fit(epochs: 3, callbacks: callbacks, batches: batches)
        }
        let whole = try Self.made()
        let expected = try fit(whole, [])
        try withTemporaryFolder { folder in
            let backup = BackupAndRestore(path: folder + "/backup.safetensors", every: .steps(1))
            let (model, history, crashes) = try trainWithCrashes(every: 4, backup: backup, fit: fit)
            #expect(crashes >= 4)
            #expect(model.weightBits == whole.weightBits)
            #expect(history.epochs.map(\.logs) == expected.epochs.map(\.logs))
        }
    }

    /// Schedules, plateaus and patience count over crashes, wherever the backup stands among them.
    @Test(arguments: [false, true])
    func callbacksKeepWhatTheyRemember(backupIsLast: Bool) throws {
        let data = try SmallData.digits(80, seed: 1)
        func callbacks(_ csv: String) -> [any Callback] {
            [
                LearningRateScheduler { epoch, rate in epoch.isMultiple(of: 3) ? rate * 0.9 : rate },
                // Loss gets better all the time: what is asked for here is that it gets worse.
                ReduceLROnPlateau(monitor: "loss", factor: 0.5, patience: 2, cooldown: 1, mode: .maximize),
                EarlyStopping(monitor: "loss", patience: 6, mode: .maximize), CSVLogger(path: csv),
            ]
        }
        func fit(_ model: Sequential, _ callbacks: [any Callback]) throws -> History {
            let ordered = backupIsLast ? Array(callbacks.dropFirst()) + [callbacks[0]] : callbacks
            return try model.fit(data, epochs: 20, batchSize: 16, callbacks: ordered)
        }
        try withTemporaryFolder { folder in
            let whole = try Self.made()
            let wholeCSV = folder + "/whole.csv"
            let expected = try whole.fit(data, epochs: 20, batchSize: 16, callbacks: callbacks(wholeCSV))
            #expect(expected.epochs.count == 7)
            #expect(expected.stopReason == "loss did not improve for 6 epochs")

            let backup = BackupAndRestore(path: folder + "/backup.safetensors", every: .steps(3))
            let (model, history, crashes) = try trainWithCrashes(
                every: 4, backup: backup, callbacks: { callbacks(folder + "/crashed.csv") }, fit: fit)
            #expect(crashes >= 8)
            #expect(model.weightBits == whole.weightBits)
            #expect(model.currentLearningRate == whole.currentLearningRate)
            #expect(history.stopReason == expected.stopReason)
            #expect(try bytes(of: folder + "/crashed.csv") == bytes(of: wholeCSV))
        }
    }

    /// Ended by a callback within an epoch, as Ctrl-C does it: the state at that step is kept.
    @Test func goesOnAfterAStopWithinAnEpoch() throws {
        final class StopAt: Callback {
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
                if context.epoch == 1, batch == 2 { context.stop(reason: "enough") }
            }
        }
        let data = try SmallData.digits(80, seed: 1)
        let whole = try Self.made()
        let expected = try whole.fit(data, epochs: 3, batchSize: 16)
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            let first = try Self.made().fit(
                data, epochs: 3, batchSize: 16, callbacks: [StopAt(), BackupAndRestore(path: path)])
            #expect(first.epochs.count == 1)
            #expect(try BackupAndRestore.position(in: path) == (1, 3))
            let model = try Self.made()
            let second = try model.fit(data, epochs: 3, batchSize: 16, callbacks: [BackupAndRestore(path: path)])
            #expect(model.weightBits == whole.weightBits)
            #expect(second.epochs.map(\.logs) == expected.epochs.map(\.logs))
            #expect(!Checkpoint.exists(path))
        }
    }

    @Test func keepsMomentsByEpochsAndSteps() throws {
        final class Watch: Callback {
            let path: String
            var positions: [String] = []
            init(_ path: String) { self.path = path }
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
                guard Checkpoint.exists(path) else { return }
                let position = try BackupAndRestore.position(in: path)
                let text = "\(position.epoch).\(position.batch)"
                if positions.last != text { positions.append(text) }
            }
        }
        let data = try SmallData.digits(64, seed: 1)  // 4 steps an epoch
        func positions(_ interval: CheckpointInterval) throws -> [String] {
            try withTemporaryFolder { folder in
                let path = folder + "/backup.safetensors"
                let watch = Watch(path)
                try Self.made().fit(
                    data, epochs: 4, batchSize: 16,
                    callbacks: [watch, BackupAndRestore(path: path, every: interval)])
                return watch.positions
            }
        }
        #expect(try positions(.epochs(1)) == ["1.0", "2.0", "3.0"])
        #expect(try positions(.epochs(2)) == ["2.0"])
        #expect(try positions(.steps(3)) == ["0.3", "1.2", "2.1", "3.0", "3.3"])
        #expect(try positions(.init(epochs: 2, steps: 3)) == ["0.3", "1.2", "2.0", "2.3", "3.2"])
        #expect(try positions(.seconds(0)).count == 15)
        #expect(try positions(.seconds(1e6)).isEmpty)
    }

    @Test func opensAsAModel() throws {
        let data = try SmallData.digits(32, seed: 1)
        try withTemporaryFolder { folder in
            let path = folder + "/best.safetensors"
            let model = try Self.made()
            try model.fit(data, callbacks: [ModelCheckpoint(path: path)])
            let opened = try Sequential.load(from: path)
            #expect(opened.weightBits == model.weightBits)
            #expect(try Predictor.load(from: path).predict(data.images) == model.predictor().predict(data.images))
        }
    }
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
    let file = try InputFile(path: path)
    return try file.readBytes(file.size)
}
