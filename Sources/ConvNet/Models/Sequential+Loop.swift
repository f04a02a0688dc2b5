extension Sequential {
    /// The loop of all forms of `fit` over examples in memory.
    func fit(
        _ examples: Examples, _ validation: Examples?, split: Double, epochs: Int, batchSize: Int,
        augmentation: Augmentation?, shuffle: Bool, initialEpoch: Int, terminateOnNaN: Bool, callbacks: [any Callback]
    ) throws -> History {
        try requireSettings(epochs: epochs, batchSize: batchSize, initialEpoch: initialEpoch)
        let total = examples.inputs.count
        let trained = try trainedCount(of: total, split: split)
        guard trained >= 1 else {
            throw ConvNetError(
                .invalidArgument,
                total == 0
                    ? "there are no examples to train on; give at least one"
                    : "a validation split of \(split) leaves none of \(total) examples to train on; give a smaller one")
        }
        let batchSize = min(batchSize, trained)
        let augmenter = try augmentation.map {
            try ImageAugmenter($0, examples.inputs, batch: batchSize, seed: seed)
        }
        let steps = (trained + batchSize - 1) / batchSize
        let loop = TrainingLoop(
            model: self, epochs: epochs, stepsPerEpoch: steps, batchSize: batchSize,
            terminateOnNaN: terminateOnNaN, callbacks: callbacks,
            examples: ExampleUse(count: trained, shuffle: shuffle, augmentation: augmentation),
            session: try makeSession(batch: batchSize, isTraining: true))

        return try ComputeThread.shared.run { () throws in
            var order = (0..<Int32(trained)).map { $0 }
            return try loop.run(initialEpoch: initialEpoch) { epoch, firstBatch, step in
                if shuffle {
                    var random = Philox(seed: seed, stream: .max, step: UInt64(epoch))
                    order = random.permutation(of: trained)
                }
                for batch in firstBatch..<max(firstBatch, steps) {
                    let start = batch * batchSize
                    let count = min(batchSize, trained - start)
                    order.withUnsafeBufferPointer { order in
                        if let indices = order.baseAddress {
                            loop.session.load(
                                examples, indices + start, count: count, augmenter: augmenter, epoch: epoch)
                        }
                    }
                    if try !step(batch, count) { break }
                }
            } validate: {
                if let validation { return try evaluate(validation, batchSize: batchSize).logs }
                guard trained < total else { return nil }
                return try evaluate(examples, range: trained..<total, batchSize: batchSize).logs
            }
        }
    }

    /// Trains on a stream of batches, for data that is made or read as it is needed.
    ///
    /// - Parameters:
    ///   - epochs: Number of the last epoch, counted from the first of all.
    ///   - stepsPerEpoch: Batches an epoch, at most; nil for as many as the stream has.
    ///   - validationData: Measured after each epoch.
    ///   - initialEpoch: Number of the first epoch, when training goes on.
    ///   - terminateOnNaN: Whether a loss or weight that is not finite ends training with an error. The network then has
    ///     the weights with which that epoch began, and the optimizer begins anew.
    ///   - callbacks: Called in order.
    ///   - batches: Makes the stream of an epoch, counted from 0. A batch has at least one example, and at most as many as
    ///     the first of all.
    /// - Returns: What each epoch gave.
    /// - Throws: ``ConvNetError``: `invalidArgument` for settings and shapes that do not fit, `diverged` for a loss that
    ///   is not finite; and what callbacks and the stream throw.
    @discardableResult
    public func fit<Batches: Sequence<Batch>>(
        epochs: Int = 1, stepsPerEpoch: Int? = nil, validationData: Dataset? = nil, initialEpoch: Int = 0,
        terminateOnNaN: Bool = true, callbacks: [any Callback] = [], batches: (_ epoch: Int) throws -> Batches
    ) throws -> History {
        try requireSettings(epochs: epochs, batchSize: 1, initialEpoch: initialEpoch)
        if let stepsPerEpoch, stepsPerEpoch < 1 {
            throw ConvNetError(.invalidArgument, "\(stepsPerEpoch) steps an epoch; give at least 1")
        }
        let validation = try validationData.map { try examples($0) }
        // The first batch says how much memory a step needs; its stream goes on in the first epoch.
        var opened: Batches.Iterator? = try batches(initialEpoch).makeIterator()
        guard var first = opened?.next() else {
            throw ConvNetError(.invalidArgument, "the stream has no batches; give at least one")
        }
        let size = try examples(x: first.x, y: first.y).inputs.count
        guard size >= 1 else {
            throw ConvNetError(.invalidArgument, "the stream's first batch is empty; give at least one example")
        }
        var isPending = true
        let loop = TrainingLoop(
            model: self, epochs: epochs, stepsPerEpoch: stepsPerEpoch, batchSize: size,
            terminateOnNaN: terminateOnNaN, callbacks: callbacks, examples: ExampleUse(),
            session: try makeSession(batch: size, isTraining: true))
        let indices = (0..<Int32(size)).map { $0 }

        return try ComputeThread.shared.run { () throws in
            try loop.run(initialEpoch: initialEpoch) { epoch, firstBatch, step in
                // Where training goes on from a checkpoint, the stream that was opened is not the one it needs.
                if firstBatch > 0 || epoch != initialEpoch {
                    opened = nil
                    isPending = false
                }
                var stream = try opened ?? batches(epoch).makeIterator()
                opened = nil
                for _ in 0..<firstBatch { _ = stream.next() }
                for number in firstBatch..<max(stepsPerEpoch ?? .max, firstBatch) {
                    if !isPending {
                        guard let next = stream.next() else {
                            if number > 0 { break }
                            throw ConvNetError(
                                .invalidArgument, "the stream of epoch \(epoch) has no batches; give at least one")
                        }
                        first = next
                    }
                    isPending = false
                    let examples = try self.examples(x: first.x, y: first.y)
                    let count = examples.inputs.count
                    guard (1...size).contains(count) else {
                        throw ConvNetError(
                            .invalidArgument,
                            "a batch has \(count) examples, but the first had \(size); give 1 to \(size)")
                    }
                    loop.session.load(examples, indices, count: count)
                    if try !step(number, count) { break }
                }
            } validate: {
                try validation.map { try evaluate($0, batchSize: size).logs }
            }
        }
    }

    func evaluate(_ examples: Examples, range: Range<Int>? = nil, batchSize: Int) throws -> Evaluation {
        guard batchSize >= 1 else {
            throw ConvNetError(.invalidArgument, "batch size \(batchSize); give at least 1")
        }
        let range = range ?? 0..<examples.inputs.count
        guard !range.isEmpty else {
            throw ConvNetError(.invalidArgument, "there are no examples to measure; give at least one")
        }
        let batch = min(batchSize, range.count)
        let session = try makeSession(batch: batch, isTraining: false)
        return ComputeThread.shared.run {
            var indices = [Int32](repeating: 0, count: batch)
            for start in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
                let count = min(batch, range.upperBound - start)
                for index in 0..<count { indices[index] = Int32(start + index) }
                session.load(examples, indices, count: count)
                _ = session.forward(count: count, step: 0)
            }
            return Evaluation(loss: session.totals.loss, logs: session.totals.logs(), count: range.count)
        }
    }

    func makeSession(batch: Int, isTraining: Bool) throws -> TrainingSession {
        let compilation = try requireCompilation()
        try requireMemory(batch: batch)
        if isTraining, compilation.state == nil {
            self.compilation?.state = OptimizerState(
                slotCount: compilation.optimizer.slotCount, parameterCount: graph.trainableCount)
        }
        return TrainingSession(
            graph: graph, store: store, loss: compilation.loss, metrics: compilation.metrics, batch: batch,
            isTraining: isTraining, seed: seed)
    }

    /// How many of the examples are trained on; the others, the last, are for validation.
    func trainedCount(of total: Int, split: Double) throws -> Int {
        guard split >= 0, split < 1 else {
            throw ConvNetError(.invalidArgument, "validation split \(split); give a share from 0 to below 1")
        }
        return split > 0 ? Int(Double(total) * (1 - split)) : total
    }

    private func requireSettings(epochs: Int, batchSize: Int, initialEpoch: Int) throws {
        guard epochs >= 1 else { throw ConvNetError(.invalidArgument, "\(epochs) epochs; give at least 1") }
        guard batchSize >= 1 else {
            throw ConvNetError(.invalidArgument, "batch size \(batchSize); give at least 1")
        }
        guard (0..<epochs).contains(initialEpoch) else {
            throw ConvNetError(
                .invalidArgument, "initial epoch \(initialEpoch); give a number from 0 to \(epochs - 1)")
        }
        _ = try requireCompilation()
    }
}

/// A batch of a stream.
public struct Batch: Sendable {
    /// Examples, shape (count, …input shape).
    public let x: Tensor
    /// Targets, shape (count, …output shape), or one class number an example.
    public let y: Tensor

    /// - Parameters:
    ///   - x: Examples, shape (count, …input shape).
    ///   - y: Targets, shape (count, …output shape), or one class number an example.
    public init(x: Tensor, y: Tensor) {
        self.x = x
        self.y = y
    }
}

extension TrainingSession {
    /// Copies the examples of the given numbers into the session's memory, changed as the epoch has it where there is an
    /// augmenter.
    func load(
        _ examples: Sequential.Examples, _ indices: UnsafePointer<Int32>, count: Int,
        augmenter: ImageAugmenter? = nil, epoch: Int = 0
    ) {
        if let augmenter {
            augmenter.gather(examples.inputs, indices, count: count, epoch: epoch, into: execution.input)
        } else {
            examples.inputs.gather(indices, count: count, into: execution.input)
        }
        targets.gather(examples.targets, indices, count: count)
    }
}
