import Testing

@testable import ConvNet

/// Training on streams of batches.
@Suite struct FitStreamTests {
    private func made(rate: LearningRate = 0.05) throws -> Sequential {
        let model = try Sequential(inputShape: [5], seed: 1) {
            Dense(8, activation: .tanh)
            Dropout(0.5)
            Dense(3, activation: .softmax)
        }
        model.compile(optimizer: Adam(learningRate: rate), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    private let x = Tensor.uniform([14, 5], low: -1, high: 1, seed: 7)
    private let y = Tensor(shape: [14], scalars: (0..<14).map { Float($0 * 5 % 3) })

    private func batch(_ range: Range<Int>) -> Batch {
        Batch(
            x: Tensor(shape: [range.count, 5], scalars: Array(x.scalars[5 * range.lowerBound..<5 * range.upperBound])),
            y: Tensor(Array(y.scalars[range])))
    }

    /// The examples in order: 4, 4, 4, 2.
    private var batches: [Batch] {
        stride(from: 0, to: 14, by: 4).map { batch($0..<min($0 + 4, 14)) }
    }

    private final class Counter: Callback {
        private(set) var batches: [Int] = []
        private(set) var context: (steps: Int?, size: Int)?

        func onTrainBegin(_ context: TrainingContext) { self.context = (context.stepsPerEpoch, context.batchSize) }
        func onBatchEnd(_ batch: Int, _ context: TrainingContext) { batches.append(batch) }
    }

    @Test func aStreamTrainsAsTheSameTensorsDo() throws {
        let (streamed, whole) = (try made(), try made())
        let data = try Dataset(images: x, labels: y.scalars.map { Int($0) })
        let first = try streamed.fit(epochs: 3, validationData: data) { _ in batches }
        let second = try whole.fit(
            x: x, y: y, epochs: 3, batchSize: 4, validationData: (x: x, y: y), shuffle: false)
        #expect(streamed.weightBits == whole.weightBits)
        #expect(first.epochs.map(\.logs) == second.epochs.map(\.logs))
    }

    @Test func everyEpochHasAStreamOfItsOwn() throws {
        var asked: [Int] = []
        let history = try made().fit(epochs: 5, initialEpoch: 2) { epoch in
            asked.append(epoch)
            return batches
        }
        #expect(asked == [2, 3, 4])
        #expect(history.epochs.map(\.epoch) == [2, 3, 4])
    }

    @Test func stepsAnEpochBoundAnEndlessStream() throws {
        let counter = Counter()
        let history = try made().fit(epochs: 2, stepsPerEpoch: 3, callbacks: [counter]) { _ in
            repeatElement(batches[0], count: .max)
        }
        #expect(counter.batches == [0, 1, 2, 0, 1, 2])
        #expect(counter.context?.steps == 3)
        #expect(counter.context?.size == 4)
        #expect(history.epochs.count == 2)
    }

    @Test func aStreamMayEndBeforeItsSteps() throws {
        let counter = Counter()
        try made().fit(epochs: 2, stepsPerEpoch: 10, callbacks: [counter]) { _ in batches }
        #expect(counter.batches == [0, 1, 2, 3, 0, 1, 2, 3])
    }

    @Test func onlyWhatIsNeededIsTaken() throws {
        var made = 0
        let stream = AnySequence {
            AnyIterator { () -> Batch? in
                made += 1
                return batch(0..<2)
            }
        }
        try self.made().fit(epochs: 2, stepsPerEpoch: 2) { _ in stream }
        #expect(made == 4)
    }

    struct Broken: Error, Equatable {
        let epoch: Int
    }

    @Test func whatTheStreamThrowsArrives() throws {
        #expect(throws: Broken(epoch: 0)) {
            try made().fit { epoch throws -> [Batch] in throw Broken(epoch: epoch) }
        }
        #expect(throws: Broken(epoch: 2)) {
            try made().fit(epochs: 4) { epoch throws -> [Batch] in
                if epoch == 2 { throw Broken(epoch: epoch) }
                return batches
            }
        }
    }

    @Test func streamsThatAreNoneAreRefused() throws {
        func refusal(_ message: String, _ body: () throws -> Void) {
            #expect(throws: ConvNetError(.invalidArgument, message), performing: body)
        }
        refusal("the stream has no batches; give at least one") { try made().fit { _ in [Batch]() } }
        refusal("the stream of epoch 1 has no batches; give at least one") {
            try made().fit(epochs: 2) { $0 == 0 ? batches : [] }
        }
        refusal("the stream's first batch is empty; give at least one example") {
            try made().fit { _ in [batch(0..<0)] }
        }
        refusal("a batch has 0 examples, but the first had 4; give 1 to 4") {
            try made().fit { _ in [batch(0..<4), batch(0..<0)] }
        }
        refusal("a batch has 5 examples, but the first had 4; give 1 to 4") {
            try made().fit { _ in [batch(0..<4), batch(0..<5)] }
        }
        for steps in [0, -1, Int.min] {
            refusal("\(steps) steps an epoch; give at least 1") {
                try made().fit(stepsPerEpoch: steps) { _ in batches }
            }
        }
        refusal("0 epochs; give at least 1") { try made().fit(epochs: 0) { _ in batches } }
        refusal("there are 4 examples, but 3 targets; give one each") {
            try made().fit { _ in [Batch(x: batch(0..<4).x, y: batch(0..<3).y)] }
        }
        refusal("the examples have shape [2], but the network takes [5]") {
            try made().fit { _ in [batch(0..<4), Batch(x: .zeros([4, 2]), y: batch(0..<4).y)] }
        }
    }
}
