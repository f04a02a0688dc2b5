import FoundationEssentials

extension TrainingContext {
    /// Keeps the state of training as it is after a step or an epoch.
    ///
    /// - Returns: Whether it was kept: weights that are not finite are not worth it, and what was kept before stays.
    func saveCheckpoint(to path: String) throws -> Bool {
        guard let compilation = model.compilation, model.store.isFinite else { return false }
        let totals = session.totals
        let states = callbacks.map { $0.state(self) }
        let state = TrainingState(
            position: position, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, examples: examples,
            step: compilation.state?.step ?? 0, loss: .init(sum: totals.lossSum, count: totals.count),
            batches: totals.batches, metrics: totals.metrics.map { .init(sum: $0.sum, count: $0.count) },
            history: history.epochs.map { TrainingState.Epoch($0) }, seconds: clock.total, epochSeconds: clock.epoch,
            callbacks: zip(callbacks, states).map { .init($0, $1) })
        try Checkpoint.write(model, compilation, state, callbacks: states, to: path)
        return true
    }

    /// Training goes on from a checkpoint once all callbacks have begun.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument`, naming the difference, where it belongs to a training with
    ///   other settings; `invalidData` where its tensors are not those that it needs.
    func resume(from checkpoint: Checkpoint, path: String) throws {
        try requireSameTraining(checkpoint, path: path)
        try requireTensors(checkpoint, path: path)
        resumed = checkpoint
    }

    /// Puts the state of the checkpoint in place.
    func takeUpResumed() throws {
        guard let checkpoint = resumed else { return }
        resumed = nil
        let (file, state) = (checkpoint.file, checkpoint.state)
        for parameter in model.graph.parameters {
            if let tensor = file[parameter.name] { model.store.set(parameter, to: tensor) }
        }
        if let optimizer = checkpoint.optimizer { model.compilation?.optimizer = optimizer }
        if let compilation = model.compilation, let optimizerState = compilation.state {
            optimizerState.step = state.step
            for slot in 0..<compilation.optimizer.slotCount {
                for parameter in model.graph.parameters where parameter.isTrainable {
                    guard let tensor = file[Checkpoint.optimizerTensor(slot, parameter.name)] else { continue }
                    optimizerState.set(parameter, slot: slot, of: model.graph, to: tensor)
                }
            }
        }
        session.totals.goOn(
            batches: state.batches, lossSum: state.loss.sum, count: state.loss.count,
            metrics: state.metrics.map { ($0.sum, $0.count) })
        history.epochs = state.history.map(\.record)
        position = state.position
        clock.goOn(total: state.seconds, epoch: state.epochSeconds)
        for (index, callback) in callbacks.enumerated() {
            try callback.restore(checkpoint.callbackState(index, of: callback), self)
        }
    }

    private func requireSameTraining(_ checkpoint: Checkpoint, path: String) throws {
        func refuse(_ what: String, _ there: String, _ here: String) -> ConvNetError {
            ConvNetError(
                .invalidArgument, path: path,
                "it belongs to another training: \(what) \(there) there, \(here) here; give the same settings or remove it"
            )
        }
        let (state, description) = (checkpoint.state, checkpoint.description)
        let own = try JSONReader.read(try model.descriptionText(for: path))
        for name in ["input_shape", "layers", "seed", "loss", "metrics"] where own[name] != description[name] {
            let (there, here) = Self.firstDifference(description[name] ?? .null, own[name] ?? .null)
            throw refuse(name, there.text, here.text)
        }
        let (optimizer, ownOptimizer) = (description["optimizer"]?["class_name"], own["optimizer"]?["class_name"])
        guard optimizer == ownOptimizer, checkpoint.optimizer != nil else {
            throw refuse("optimizer", optimizer?.string ?? "none", ownOptimizer?.string ?? "none")
        }
        guard state.batchSize == batchSize else { throw refuse("batch size", "\(state.batchSize)", "\(batchSize)") }
        guard state.examples.count == examples.count else {
            func text(_ count: Int?) -> String { count.map { "\($0) examples" } ?? "a stream" }
            throw refuse("data", text(state.examples.count), text(examples.count))
        }
        if let there = state.examples.augmentation, let here = examples.augmentation, there != here {
            throw refuse("augmentation", there, here)
        }
        guard state.examples.shuffle == examples.shuffle, state.stepsPerEpoch == stepsPerEpoch else {
            throw ConvNetError(
                .invalidArgument, path: path,
                "it belongs to a training with another order or number of steps; give the same settings or remove it")
        }
        guard state.position.epoch <= epochs else {
            throw refuse("epochs", "\(state.position.epoch) are done", "\(epochs)")
        }
    }

    /// The first elements in which two lists differ, or the two values themselves.
    private static func firstDifference(_ a: JSONValue, _ b: JSONValue) -> (JSONValue, JSONValue) {
        guard case .array(let first) = a, case .array(let second) = b, first.count == second.count else {
            return (a, b)
        }
        return zip(first, second).first { $0 != $1 } ?? (a, b)
    }

    private func requireTensors(_ checkpoint: Checkpoint, path: String) throws {
        let slots = model.compilation?.optimizer.slotCount ?? 0
        for parameter in model.graph.parameters {
            let optimizerNames = (0..<slots).map { Checkpoint.optimizerTensor($0, parameter.name) }
            for name in [parameter.name] + (parameter.isTrainable ? optimizerNames : []) {
                guard checkpoint.file[name]?.shape == parameter.shape else {
                    throw ConvNetError(
                        .invalidData, path: path, "it lacks \(name) of shape \(parameter.shape); train anew")
                }
            }
        }
        guard checkpoint.state.metrics.count == session.totals.metrics.count else {
            throw ConvNetError(.invalidData, path: path, "its sums are not those of the metrics; train anew")
        }
    }
}

extension Checkpoint {
    /// The optimizer with its settings as they were, or nil where it is not one that this library has.
    var optimizer: (any Optimizer)? {
        struct Compiled: Decodable {
            let optimizer: OptimizerEnvelope
        }
        let json = file.metadata[ModelDescription.metadataName] ?? ""
        return try? JSONDecoder().decode(Compiled.self, from: Data(json.utf8)).optimizer.optimizer
    }

    /// What a callback remembered; nothing where another one stood at its place.
    func callbackState(_ index: Int, of callback: any Callback) -> CallbackState {
        guard state.callbacks.indices.contains(index) else { return CallbackState() }
        let record = state.callbacks[index]
        guard record.type == "\(type(of: callback))" else { return CallbackState() }
        let prefix = Self.callbackTensor(index, "")
        var result = CallbackState(numbers: record.numbers, texts: record.texts)
        for name in file.names where name.hasPrefix(prefix) {
            result.tensors[String(name.dropFirst(prefix.count))] = file[name]
        }
        return result
    }
}

extension TrainingState.Epoch {
    init(_ record: History.Epoch) {
        self.init(
            epoch: record.epoch, seconds: record.seconds, names: record.logs.names, values: record.logs.map(\.value))
    }

    var record: History.Epoch {
        var logs = Logs()
        for (name, value) in zip(names, values) { logs[name] = value }
        return History.Epoch(epoch: epoch, seconds: seconds, logs: logs)
    }
}

extension TrainingState.CallbackRecord {
    init(_ callback: any Callback, _ state: CallbackState) {
        self.init(type: "\(Swift.type(of: callback))", numbers: state.numbers, texts: state.texts)
    }
}
