import Testing

@testable import ConvNet

/// What `fit` and `evaluate` refuse, and how training ends that diverges.
@Suite struct FitErrorTests {
    private func made(loss: Loss = .categoricalCrossentropy) throws -> Sequential {
        let model = try Sequential(inputShape: [2, 2], seed: 1) {
            Flatten()
            Dense(3, activation: .softmax)
        }
        model.compile(loss: loss)
        return model
    }

    private let x = Tensor.uniform([6, 2, 2], seed: 1)
    private let y = Tensor([0, 1, 2, 0, 1, 2])

    private func expectRefusal(
        _ kind: ConvNetError.Kind, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        let error = #expect(throws: ConvNetError.self, sourceLocation: sourceLocation, performing: body)
        #expect(error?.kind == kind, sourceLocation: sourceLocation)
        for word in words {
            #expect(
                error?.message.contains(word) == true, "\(error?.message ?? "") lacks \(word)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func settingsOutOfRange() throws {
        let model = try made()
        let before = model.weightBits
        for epochs in [0, -1, .min] {
            expectRefusal(.invalidArgument, naming: "\(epochs) epochs") {
                try model.fit(x: x, y: y, epochs: epochs)
            }
        }
        for size in [0, -1, .min] {
            expectRefusal(.invalidArgument, naming: "batch size \(size)") {
                try model.fit(x: x, y: y, batchSize: size)
            }
            expectRefusal(.invalidArgument, naming: "batch size \(size)") {
                _ = try model.evaluate(x: x, y: y, batchSize: size)
            }
        }
        for epoch in [2, 3, -1, .max, .min] {
            expectRefusal(.invalidArgument, naming: "initial epoch \(epoch)", "0 to 1") {
                try model.fit(x: x, y: y, epochs: 2, initialEpoch: epoch)
            }
        }
        for split in [1, 1.5, -0.1, .nan, .infinity] {
            expectRefusal(.invalidArgument, naming: "validation split \(split)") {
                try model.fit(x: x, y: y, validationSplit: split)
            }
        }
        expectRefusal(.invalidArgument, naming: "0.9", "none of 6") {
            try model.fit(x: x, y: y, validationSplit: 0.9)
        }
        #expect(model.weightBits == before)
    }

    @Test func nothingToTrainOnOrMeasure() throws {
        let model = try made()
        let nothing = (x: Tensor.zeros([0, 2, 2]), y: Tensor.zeros([0]))
        expectRefusal(.invalidArgument, naming: "no examples") { try model.fit(x: nothing.x, y: nothing.y) }
        expectRefusal(.invalidArgument, naming: "no examples") {
            _ = try model.evaluate(x: nothing.x, y: nothing.y)
        }
        expectRefusal(.invalidArgument, naming: "no examples") {
            try model.fit(x: x, y: y, validationData: nothing)
        }
    }

    @Test func aNetworkThatIsNotCompiled() throws {
        let model = try Sequential(inputShape: [2, 2]) { Flatten() }
        expectRefusal(.invalidArgument, naming: "compile(optimizer:loss:metrics:)") { try model.fit(x: x, y: x) }
        expectRefusal(.invalidArgument, naming: "compile") { _ = try model.evaluate(x: x, y: x) }
        expectRefusal(.invalidArgument, naming: "compile") {
            try model.fit { _ in [Batch(x: x, y: x)] }
        }
    }

    @Test func labelsWithoutAnOutput() throws {
        let model = try made()
        expectRefusal(.invalidArgument, naming: "label 3", "3 classes") {
            try model.fit(x: x, y: Tensor([0, 1, 2, 3, 0, 0]))
        }
        expectRefusal(.invalidArgument, naming: "-1.0 is not a class number") {
            try model.fit(x: x, y: Tensor([0, 1, 2, -1, 0, 0]))
        }
        expectRefusal(.invalidArgument, naming: "0.5 is not a class number") {
            try model.fit(x: x, y: Tensor([0, 1, 2, 0.5, 0, 0]))
        }
        expectRefusal(.invalidArgument, naming: "is not a class number") {
            try model.fit(x: x, y: Tensor([0, 1, 2, 3e9, 0, 0]))
        }
        let data = try Dataset(images: x, labels: [0, 1, 2, 9, 0, 0])
        expectRefusal(.invalidArgument, naming: "label 9", "more units") { try model.fit(data) }
        expectRefusal(.invalidArgument, naming: "label 9") { _ = try model.evaluate(data) }
        expectRefusal(.invalidArgument, naming: "label 9") {
            try model.fit(x: x, y: y, validationData: (x, Tensor([0, 1, 2, 9, 0, 0])))
        }
    }

    @Test func shapesThatDoNotFit() throws {
        let model = try made()
        expectRefusal(.invalidArgument, naming: "[3, 2]", "[2, 2]") { try model.fit(x: .zeros([6, 3, 2]), y: y) }
        expectRefusal(.invalidArgument, naming: "[2]", "[3]") { try model.fit(x: x, y: .zeros([6, 2])) }
        expectRefusal(.invalidArgument, naming: "[3, 1]", "[3]") { try model.fit(x: x, y: .zeros([6, 3, 1])) }
        expectRefusal(.invalidArgument, naming: "6 examples", "5 targets") { try model.fit(x: x, y: .zeros([5])) }
        expectRefusal(.invalidArgument, naming: "single number") { try model.fit(x: x, y: Tensor(0)) }
        expectRefusal(.invalidArgument, naming: "single number") { try model.fit(x: Tensor(0), y: y) }
        expectRefusal(.invalidArgument, naming: "[4, 4, 1]", "[2, 2]") {
            try model.fit(try Dataset(images: .zeros([1, 4, 4, 1]), labels: [0]))
        }
        expectRefusal(.invalidArgument, naming: "[3, 2]", "[2, 2]") {
            try model.fit(x: x, y: y, validationData: (x: .zeros([6, 3, 2]), y: y))
        }
        // Class labels where the network gives an image.
        let images = try Sequential(inputShape: [2, 2, 1]) { Activation(.linear) }
        images.compile(loss: .meanSquaredError)
        expectRefusal(.invalidArgument, naming: "[2, 2, 1]", "Flatten") { try images.fit(x: x, y: y) }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func numbersThatAreNotFinite(value: Float) throws {
        let model = try made()
        let before = model.weightBits
        var scalars = x.scalars
        scalars[13] = value
        let wrong = Tensor(shape: x.shape, scalars: scalars)
        expectRefusal(.invalidData, naming: "example 3", "\(value)") { try model.fit(x: wrong, y: y) }
        expectRefusal(.invalidData, naming: "example 3") { try model.fit(x: x, y: y, validationData: (wrong, y)) }
        expectRefusal(.invalidData, naming: "example 3") { _ = try model.evaluate(x: wrong, y: y) }
        expectRefusal(.invalidData, naming: "example 3") { try model.fit { _ in [Batch(x: wrong, y: y)] } }
        var rows = [Float](repeating: 0, count: 18)
        rows[7] = value
        let targets = Tensor(shape: [6, 3], scalars: rows)
        expectRefusal(.invalidData, naming: "target 7", "\(value)") { try model.fit(x: x, y: targets) }
        #expect(model.weightBits == before)
    }

    // MARK: - Divergence

    private func regression(rate: LearningRate, normalized: Bool = false) throws -> Sequential {
        let model = try Sequential(inputShape: [1], seed: 4) {
            Dense(8)
            if normalized { BatchNormalization() }
            Dense(1)
        }
        model.compile(optimizer: SGD(learningRate: rate, momentum: 0.5), loss: .meanSquaredError)
        return model
    }

    private let line = (
        x: Tensor(shape: [8, 1], scalars: (0..<8).map(Float.init)),
        y: Tensor(shape: [8, 1], scalars: (0..<8).map { 100 * Float($0) })
    )

    /// The network is as it was when the epoch began, and can be trained again.
    @Test(arguments: [true, false])
    func aLossThatIsNotFiniteEndsTraining(normalized: Bool) throws {
        final class Recorder: Callback {
            var weights: [[UInt32]] = []
            var batches = 0
            func onEpochBegin(_ epoch: Int, _ context: TrainingContext) { weights = context.model.weightBits }
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) { batches += 1 }
        }
        let model = try regression(rate: 1e9, normalized: normalized)
        let recorder = Recorder()
        expectRefusal(.diverged, naming: "the loss became", "epoch", "learning rate (it was 1e+09)") {
            try model.fit(x: line.x, y: line.y, epochs: 100, batchSize: 2, callbacks: [recorder])
        }
        #expect(recorder.batches > 0)
        #expect(model.weightBits == recorder.weights)
        #expect(model.weights.allSatisfy { $0.tensor.scalars.allSatisfy(\.isFinite) })
        #expect(model.compilation?.state == nil, "the velocity led here")

        model.compile(optimizer: Adam(), loss: .meanSquaredError)
        try model.fit(x: line.x, y: line.y)
    }

    /// The last step of all can end with a finite loss and weights that are not.
    @Test func weightsThatAreNotFiniteEndTraining() throws {
        let model = try regression(rate: 3e38)
        let before = model.weightBits
        expectRefusal(.diverged, naming: "the weights became infinite or NaN in epoch 1, step 1") {
            try model.fit(x: line.x, y: line.y)
        }
        #expect(model.weightBits == before)
    }

    @Test func trainingGoesOnWhereThatIsWanted() throws {
        let model = try regression(rate: 1e9)
        let history = try model.fit(x: line.x, y: line.y, epochs: 20, batchSize: 2, terminateOnNaN: false)
        #expect(history.epochs.count == 20)
        #expect(history["loss"].last?.isFinite == false)
    }

    @Test func streamsDivergeAsWell() throws {
        let model = try regression(rate: 1e9)
        expectRefusal(.diverged, naming: "epoch 1") {
            try model.fit { _ in (0..<100).map { _ in Batch(x: line.x, y: line.y) } }
        }
        #expect(model.weights.allSatisfy { $0.tensor.scalars.allSatisfy(\.isFinite) })
    }
}
