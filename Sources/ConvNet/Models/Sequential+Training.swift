extension Sequential {
    /// Trains on a data set with class labels.
    ///
    /// - Parameters:
    ///   - data: Images of ``inputShape``, or of as many elements.
    ///   - epochs: Number of the last epoch, counted from the first of all.
    ///   - batchSize: Examples a step; the last step of an epoch takes what is left.
    ///   - validationSplit: Share of the data, taken from its end before shuffling, that is not trained on but measured
    ///     after each epoch.
    ///   - validationData: Measured after each epoch; beats `validationSplit`.
    ///   - classWeights: Factors of the training loss by class; classes that are missing count 1.
    ///   - sampleWeights: Factors of the loss by example.
    ///   - augmentation: Changes each image at random before a step learns from it; nil takes images as they are.
    ///   - shuffle: Whether each epoch has an order of its own.
    ///   - initialEpoch: Number of the first epoch, when training goes on.
    ///   - terminateOnNaN: Whether a loss or weight that is not finite ends training with an error. The network then has
    ///     the weights with which that epoch began, and the optimizer begins anew.
    ///   - callbacks: Called in order.
    /// - Returns: What each epoch gave.
    /// - Throws: ``ConvNetError``: `invalidArgument` for settings and shapes that do not fit, `invalidData` for weights
    ///   that are not finite, `diverged` for a loss that is not; and what callbacks throw.
    @discardableResult
    public func fit(
        _ data: Dataset, epochs: Int = 1, batchSize: Int = 32, validationSplit: Double = 0,
        validationData: Dataset? = nil, classWeights: [Int: Float]? = nil, sampleWeights: [Float]? = nil,
        augmentation: Augmentation? = nil, shuffle: Bool = true, initialEpoch: Int = 0, terminateOnNaN: Bool = true,
        callbacks: [any Callback] = []
    ) throws -> History {
        _ = try requireCompilation()
        let split = validationData == nil ? validationSplit : 0
        let weights = try exampleWeights(
            count: data.count, sampleWeights, classWeights,
            labels: data.labels.prefix(try trainedCount(of: data.count, split: split)))
        let examples = Examples(
            inputs: try inputs(data),
            targets: try TargetData(labels: data.labels, outputShape: outputShape, weights: weights))
        let validation = try validationData.map { try self.examples($0) }
        return try fit(
            examples, validation, split: split, epochs: epochs, batchSize: batchSize,
            augmentation: augmentation, shuffle: shuffle,
            initialEpoch: initialEpoch, terminateOnNaN: terminateOnNaN,
            callbacks: callbacks)
    }

    /// Trains on tensors.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …``inputShape``).
    ///   - y: Targets, shape (count, …``outputShape``), or one class number an example, shape (count).
    ///   - epochs: Number of the last epoch, counted from the first of all.
    ///   - batchSize: Examples a step; the last step of an epoch takes what is left.
    ///   - validationSplit: Share of the examples, taken from their end before shuffling, that is not trained on but
    ///     measured after each epoch.
    ///   - validationData: Examples and targets that are measured after each epoch; beats `validationSplit`.
    ///   - classWeights: Factors of the training loss by class; classes that are missing count 1.
    ///   - sampleWeights: Factors of the loss by example.
    ///   - augmentation: Changes each image at random before a step learns from it; nil takes images as they are.
    ///   - shuffle: Whether each epoch has an order of its own.
    ///   - initialEpoch: Number of the first epoch, when training goes on.
    ///   - terminateOnNaN: Whether a loss or weight that is not finite ends training with an error. The network then has
    ///     the weights with which that epoch began, and the optimizer begins anew.
    ///   - callbacks: Called in order.
    /// - Returns: What each epoch gave.
    /// - Throws: ``ConvNetError``: `invalidArgument` for settings and shapes that do not fit, `invalidData` where a number
    ///   is not finite, `diverged` for a loss that is not; and what callbacks throw.
    @discardableResult
    public func fit(
        x: Tensor, y: Tensor, epochs: Int = 1, batchSize: Int = 32, validationSplit: Double = 0,
        validationData: (x: Tensor, y: Tensor)? = nil, classWeights: [Int: Float]? = nil,
        sampleWeights: [Float]? = nil, augmentation: Augmentation? = nil, shuffle: Bool = true, initialEpoch: Int = 0,
        terminateOnNaN: Bool = true,
        callbacks: [any Callback] = []
    ) throws -> History {
        let split = validationData == nil ? validationSplit : 0
        var examples = try self.examples(x: x, y: y)
        if sampleWeights != nil || classWeights != nil {
            var labels: [Int32] = []
            switch examples.targets.source {
            case .labels(let own): labels = own
            case .rows(let rows): labels = rows.classes.map { Int32($0) }
            }
            let weights = try exampleWeights(
                count: examples.inputs.count, sampleWeights, classWeights,
                labels: labels.prefix(try trainedCount(of: labels.count, split: split)))
            examples.targets = try TargetData(y, outputShape: outputShape, weights: weights)
        }
        let validation = try validationData.map { try self.examples(x: $0.x, y: $0.y) }
        return try fit(
            examples, validation, split: split, epochs: epochs, batchSize: batchSize,
            augmentation: augmentation, shuffle: shuffle,
            initialEpoch: initialEpoch, terminateOnNaN: terminateOnNaN,
            callbacks: callbacks)
    }

    /// Mean loss and metrics over a data set.
    ///
    /// - Parameters:
    ///   - data: Images of ``inputShape``, or of as many elements.
    ///   - batchSize: Examples a pass.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where shapes do not fit, or nothing was compiled.
    public func evaluate(_ data: Dataset, batchSize: Int = 32) throws -> Evaluation {
        try evaluate(try examples(data), batchSize: batchSize)
    }

    /// Mean loss and metrics over tensors.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …``inputShape``).
    ///   - y: Targets, shape (count, …``outputShape``), or one class number an example.
    ///   - batchSize: Examples a pass.
    ///   - sampleWeights: Factors of the loss by example.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where shapes do not fit, or nothing was compiled.
    public func evaluate(
        x: Tensor, y: Tensor, batchSize: Int = 32, sampleWeights: [Float]? = nil
    ) throws -> Evaluation {
        var examples = try self.examples(x: x, y: y)
        if let sampleWeights {
            let weights = try exampleWeights(count: examples.inputs.count, sampleWeights, nil, labels: [])
            examples.targets = try TargetData(y, outputShape: outputShape, weights: weights)
        }
        return try evaluate(examples, batchSize: batchSize)
    }

    // MARK: - Inside

    /// Examples with their targets.
    struct Examples {
        let inputs: InputData
        var targets: TargetData
    }

    func examples(_ data: Dataset) throws -> Examples {
        _ = try requireCompilation()
        return Examples(
            inputs: try inputs(data),
            targets: try TargetData(labels: data.labels, outputShape: outputShape, weights: nil))
    }

    func examples(x: Tensor, y: Tensor) throws -> Examples {
        _ = try requireCompilation()
        let inputs = try self.inputs(x)
        let targets = try TargetData(y, outputShape: outputShape, weights: nil)
        guard y.shape[0] == inputs.count else {
            throw ConvNetError(
                .invalidArgument, "there are \(inputs.count) examples, but \(y.shape[0]) targets; give one each")
        }
        if let wrong = x.scalars.firstIndex(where: { !$0.isFinite }) {
            throw ConvNetError(
                .invalidData,
                "example \(wrong / max(graph.input.count, 1)) holds \(x.scalars[wrong]); remove or repair it")
        }
        return Examples(inputs: inputs, targets: targets)
    }

    /// - Parameter labels: Of the examples that are trained on; class weights do not count in validation.
    private func exampleWeights(
        count: Int, _ sampleWeights: [Float]?, _ classWeights: [Int: Float]?, labels: ArraySlice<Int32>
    ) throws -> [Float]? {
        if sampleWeights == nil && classWeights == nil { return nil }
        guard outputShape.count <= 1 else {
            throw ConvNetError(
                .invalidArgument, "weights need one row of outputs an example, but the network gives \(outputShape)")
        }
        var weights = sampleWeights ?? [Float](repeating: 1, count: count)
        guard weights.count == count else {
            throw ConvNetError(
                .invalidArgument, "there are \(count) examples, but \(weights.count) sample weights; give one each")
        }
        if let wrong = weights.firstIndex(where: { !$0.isFinite }) {
            throw ConvNetError(.invalidData, "sample weight \(wrong) is \(weights[wrong]); give a finite number")
        }
        if let (label, weight) = classWeights?.first(where: { !$0.value.isFinite }) {
            throw ConvNetError(.invalidData, "the weight of class \(label) is \(weight); give a finite number")
        }
        if let classWeights {
            for (index, label) in labels.enumerated() { weights[index] *= classWeights[Int(label)] ?? 1 }
        }
        return weights
    }

    func requireCompilation() throws -> Compilation {
        guard let compilation else {
            throw ConvNetError(
                .invalidArgument, "the network is not compiled; call compile(optimizer:loss:metrics:) first")
        }
        return compilation
    }
}
