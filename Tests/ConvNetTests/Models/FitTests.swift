import Testing

@testable import ConvNet

/// How `fit` cuts data into batches and epochs, and what it reports.
@Suite struct FitTests {
    /// A network that gives 0 for everything and never changes: its loss is the mean of the squared targets.
    private func constant(metrics: [Metric] = []) throws -> Sequential {
        let model = try Sequential(inputShape: [1]) { Dense(1, kernelInitializer: .zeros) }
        model.compile(optimizer: SGD(learningRate: 0.0), loss: .meanSquaredError, metrics: metrics)
        return model
    }

    /// A network with everything that draws random numbers.
    private func noisy(seed: UInt64 = 1) throws -> Sequential {
        let model = try Sequential(inputShape: [6], seed: seed) {
            Dense(8, activation: .tanh)
            Dropout(0.5)
            BatchNormalization()
            Dense(3, activation: .softmax)
        }
        model.compile(optimizer: Adam(learningRate: 0.05), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    private let counting = (
        x: Tensor(shape: [10, 1], scalars: (0..<10).map(Float.init)),
        y: Tensor(shape: [10, 1], scalars: (0..<10).map(Float.init))
    )
    private let classes = (
        x: Tensor.uniform([22, 6], low: -1, high: 1, seed: 7),
        y: Tensor(shape: [22], scalars: (0..<22).map { Float($0 * 5 % 3) })
    )

    private func squares(_ range: Range<Int>) -> Double {
        Double(range.reduce(0) { $0 + $1 * $1 }) / Double(range.count)
    }

    /// Means of whole numbers: a few roundings of doubles.
    private func isClose(_ a: Double?, _ b: Double) -> Bool {
        guard let a else { return false }
        return (a - b).magnitude <= 16 * b.ulp
    }

    @Test(arguments: [(0.3, 7), (0.25, 7), (0.5, 5), (0.01, 9), (0.85, 1)])
    func theValidationSplitTakesTheLastRows(split: Double, trained: Int) throws {
        let history = try constant().fit(x: counting.x, y: counting.y, batchSize: 3, validationSplit: split)
        #expect(isClose(history["loss"].first, squares(0..<trained)))
        #expect(isClose(history["val_loss"].first, squares(trained..<10)))
    }

    @Test func validationDataBeatsTheSplit() throws {
        let history = try constant(metrics: [.meanAbsoluteError]).fit(
            x: counting.x, y: counting.y, validationSplit: 0.5,
            validationData: (x: Tensor([[1], [1]]), y: Tensor([[3], [5]])))
        #expect(isClose(history["loss"].first, squares(0..<10)))
        #expect(history["val_loss"] == [17])
        #expect(history["val_mean_absolute_error"] == [4])
    }

    /// Every example counts once, however batches are cut and shuffled, the smaller last batch included.
    @Test(arguments: [1, 2, 3, 4, 7, 9, 10, 11, 1000, Int.max], [true, false])
    func everyExampleCountsOnce(batchSize: Int, shuffle: Bool) throws {
        let model = try constant(metrics: [.meanSquaredError])
        let history = try model.fit(
            x: counting.x, y: counting.y, epochs: 2, batchSize: batchSize, shuffle: shuffle)
        #expect(history["loss"].allSatisfy { isClose($0, squares(0..<10)) })
        #expect(history["mean_squared_error"].allSatisfy { isClose($0, squares(0..<10)) })
        let evaluation = try model.evaluate(x: counting.x, y: counting.y, batchSize: batchSize)
        #expect(isClose(evaluation.loss, squares(0..<10)))
        #expect(evaluation.count == 10)
    }

    @Test func oneImageIsEnough() throws {
        let model = try BuiltinNetwork.named("cnn-batchnorm").model(seed: 1)
        let data = try Dataset(images: .uniform([1, 28, 28, 1], seed: 1), labels: [3])
        let history = try model.fit(data, epochs: 2, batchSize: 64)
        #expect(history.epochs.count == 2)
        #expect(model.weights.allSatisfy { $0.tensor.scalars.allSatisfy(\.isFinite) })
    }

    @Test func theHistoryHasEveryEpoch() throws {
        let history = try noisy().fit(
            x: classes.x, y: classes.y, epochs: 5, batchSize: 4, validationSplit: 0.2, initialEpoch: 2)
        #expect(history.epochs.map(\.epoch) == [2, 3, 4])
        #expect(history.stopReason == nil)
        #expect(history.epochs.allSatisfy { $0.seconds >= 0 })
        for epoch in history.epochs {
            #expect(epoch.logs.names == ["loss", "accuracy", "val_loss", "val_accuracy"])
        }
        #expect(history["val_loss"] == history.epochs.compactMap { $0.logs["val_loss"] })
        #expect(history["val_loss"].count == 3)
        #expect(history["nothing"].isEmpty)
    }

    @Test func theSeedDecidesShufflingAndMasks() throws {
        func bits(_ seed: UInt64, shuffle: Bool = true) throws -> [[UInt32]] {
            let model = try noisy(seed: seed)
            // The same first weights, so that only what the seed decides later differs.
            try model.setWeights(Dictionary(uniqueKeysWithValues: noisy(seed: 99).weights.map { ($0.name, $0.tensor) }))
            try model.fit(x: classes.x, y: classes.y, epochs: 2, batchSize: 5, shuffle: shuffle)
            return model.weightBits
        }
        #expect(try bits(1) == bits(1))
        #expect(try bits(1) != bits(2))
        #expect(try bits(1) != bits(1, shuffle: false))
    }

    @Test func everyEpochHasAnOrderOfItsOwn() throws {
        let model = try Sequential(inputShape: [1]) { Dense(1, kernelInitializer: .zeros, biasInitializer: .zeros) }
        model.compile(optimizer: SGD(learningRate: 0.0), loss: .meanSquaredError)
        final class Recorder: Callback {
            var orders: [[Double]] = []
            func onEpochBegin(_ epoch: Int, _ context: TrainingContext) { orders.append([]) }
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) {
                // The loss is the mean of squares so far; what this step added is its example's square.
                let before = orders[orders.count - 1].reduce(0) { $0 + $1 * $1 }
                let square = (context.logs["loss"] ?? 0) * Double(batch + 1) - before
                orders[orders.count - 1].append(square.rounded().squareRoot())
            }
        }
        let recorder = Recorder()
        try model.fit(x: counting.x, y: counting.y, epochs: 3, batchSize: 1, callbacks: [recorder])
        for order in recorder.orders { #expect(order.sorted() == (0..<10).map(Double.init)) }
        #expect(Set(recorder.orders).count == 3)
        try model.fit(x: counting.x, y: counting.y, batchSize: 1, shuffle: false, callbacks: [recorder])
        #expect(recorder.orders.last == (0..<10).map(Double.init))
    }

    /// Shuffling, masks, the optimizer's state and its steps: training in two parts is the same as in one.
    @Test func trainingGoesOnAsIfItHadNotStopped() throws {
        let (whole, parts) = (try noisy(), try noisy())
        let history = try whole.fit(x: classes.x, y: classes.y, epochs: 4, batchSize: 5)
        let first = try parts.fit(x: classes.x, y: classes.y, epochs: 1, batchSize: 5)
        let rest = try parts.fit(x: classes.x, y: classes.y, epochs: 4, batchSize: 5, initialEpoch: 1)
        #expect(parts.weightBits == whole.weightBits)
        #expect(history["loss"] == first["loss"] + rest["loss"])
        #expect(whole.compilation?.state?.step == 20)
    }

    @Test func compilingAgainForgetsTheOptimizersState() throws {
        let model = try noisy()
        try model.fit(x: classes.x, y: classes.y)
        model.compile(optimizer: Adam(), loss: .categoricalCrossentropy)
        #expect(model.compilation?.state == nil)
    }

    @Test func labelsAndOneHotRowsTrainTheSame() throws {
        let (labels, rows) = (try noisy(), try noisy())
        let oneHot = Tensor(
            shape: [22, 3], scalars: classes.y.scalars.flatMap { label in (0..<3).map { Float($0) == label ? 1 : 0 } })
        let column = classes.y.reshaped(to: [22, 1])
        let first = try labels.fit(x: classes.x, y: column, epochs: 2, batchSize: 5, validationSplit: 0.2)
        let second = try rows.fit(x: classes.x, y: oneHot, epochs: 2, batchSize: 5, validationSplit: 0.2)
        #expect(labels.weightBits == rows.weightBits)
        #expect(first.epochs.map(\.logs) == second.epochs.map(\.logs))
    }

    @Test func tensorsAndDataSetsTrainTheSame() throws {
        let (fromTensors, fromData) = (try noisy(), try noisy())
        let data = try Dataset(images: classes.x, labels: classes.y.scalars.map { Int($0) })
        let first = try fromTensors.fit(x: classes.x, y: classes.y, epochs: 2, batchSize: 5, validationSplit: 0.2)
        let second = try fromData.fit(data, epochs: 2, batchSize: 5, validationSplit: 0.2)
        #expect(fromTensors.weightBits == fromData.weightBits)
        #expect(first.epochs.map(\.logs) == second.epochs.map(\.logs))
        #expect(try fromTensors.evaluate(x: classes.x, y: classes.y) == fromData.evaluate(data))
    }

    /// Images out, images as targets: a loss and a metric over rows of the last dimension.
    @Test func outputsMayHaveAnyRank() throws {
        let model = try Sequential(inputShape: [4, 5, 2]) {
            Conv2D(3, kernelSize: 1, useBias: false, kernelInitializer: .zeros)
        }
        model.compile(optimizer: SGD(learningRate: 0.5), loss: .meanSquaredError, metrics: [.accuracy])
        let x = Tensor.uniform([6, 4, 5, 2], seed: 1)
        var target = [Float](repeating: 0, count: 6 * 4 * 5 * 3)
        for pixel in 0..<120 { target[3 * pixel] = 2 }
        let y = Tensor(shape: [6, 4, 5, 3], scalars: target)
        let before = try model.evaluate(x: x, y: y, batchSize: 4)
        #expect(isClose(before.loss, 4.0 / 3))
        #expect(before.accuracy == 1, "equal outputs: the first class, which is the targets'")
        let history = try model.fit(x: x, y: y, epochs: 20, batchSize: 4)
        #expect(try #require(history["loss"].last) < 0.5)
    }

    @Test func penaltiesAreAddedToTheLoss() throws {
        let penalty = Regularizer(l1: 0.25, l2: 0.5)
        let model = try Sequential(inputShape: [2]) {
            Dense(2, kernelRegularizer: penalty, biasRegularizer: .l1(2))
            Dense(1)
        }
        try model.setWeights([
            "dense/kernel": Tensor([[1, -2], [3, 0]]), "dense/bias": Tensor([-1, 0.5]),
            "dense_1/kernel": .zeros([2, 1]),
        ])
        model.compile(optimizer: SGD(learningRate: 0.0), loss: .meanSquaredError, metrics: [.meanSquaredError])
        let data = (x: Tensor([[1, 1], [2, 2]]), y: Tensor([[3], [5]]))
        let expected = 17 + 0.25 * 6 + 0.5 * 14 + 2 * 1.5
        let history = try model.fit(x: data.x, y: data.y, batchSize: 1)
        #expect(history["loss"] == [expected])
        #expect(history["mean_squared_error"] == [17], "a metric has no penalties")
        #expect(try model.evaluate(x: data.x, y: data.y).loss == expected)

        // One step with the gradients of the penalties alone: sign and value of each weight.
        model.compile(optimizer: SGD(learningRate: 0.5), loss: .meanSquaredError)
        try model.fit(x: Tensor([[0, 0]]), y: Tensor([[0]]))
        #expect(model.weights[0].tensor == Tensor([[1 - 0.625, -2 + 1.125], [3 - 1.625, 0]]))
        #expect(model.weights[1].tensor == Tensor([0, -0.5]))
    }
}
