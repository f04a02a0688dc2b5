/// All values of a network at one moment.
struct WeightSnapshot {
    fileprivate let store: ParameterStore
}

extension Sequential {
    /// All weights by name, as in `conv2d/kernel`, in the layers' order.
    public var weights: [(name: String, tensor: Tensor)] {
        graph.parameters.map { ($0.name, store.tensor($0)) }
    }

    /// What is known of each weight, in the layers' order.
    public var parameters: [Parameter] { graph.parameters }

    /// Replaces weights.
    ///
    /// - Parameter values: New values by name; names that are missing keep theirs.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where a name is unknown or a shape is not the weight's; then
    ///   nothing is replaced.
    public func setWeights(_ values: [String: Tensor]) throws {
        var known: [String: Parameter] = [:]
        for parameter in graph.parameters { known[parameter.name] = parameter }
        for (name, tensor) in values {
            guard let parameter = known[name] else {
                throw ConvNetError(
                    .invalidArgument,
                    "the network has no weight \(name); it has \(known.keys.sorted().joined(separator: ", "))")
            }
            guard parameter.shape == tensor.shape else {
                throw ConvNetError(
                    .invalidArgument, "weight \(name) has shape \(parameter.shape), not \(tensor.shape)")
            }
        }
        for (name, tensor) in values {
            if let parameter = known[name] { store.set(parameter, to: tensor) }
        }
    }

    /// Draws all weights anew from the initializers and the seed.
    func initializeWeights() {
        for (index, parameter) in graph.parameters.enumerated() {
            store.set(
                parameter,
                to: parameter.initializer.tensor(
                    shape: parameter.shape, seed: seed, stream: UInt32(truncatingIfNeeded: index)))
        }
    }

    func captureWeights() -> WeightSnapshot {
        WeightSnapshot(store: ParameterStore(copying: store))
    }

    func tensors(of snapshot: WeightSnapshot) -> [(name: String, tensor: Tensor)] {
        graph.parameters.map { ($0.name, snapshot.store.tensor($0)) }
    }

    /// - Throws: ``ConvNetError`` of kind `invalidData` where a weight is missing or has another shape.
    func snapshot(of tensors: [String: Tensor]) throws -> WeightSnapshot {
        let store = ParameterStore(trainableCount: graph.trainableCount, stateCount: graph.stateCount)
        for parameter in graph.parameters {
            guard let tensor = tensors[parameter.name], tensor.shape == parameter.shape else {
                throw ConvNetError(
                    .invalidData, "the best weights lack \(parameter.name) of shape \(parameter.shape); train anew")
            }
            store.set(parameter, to: tensor)
        }
        return WeightSnapshot(store: store)
    }

    func restoreWeights(_ snapshot: WeightSnapshot) {
        store.copy(from: snapshot.store)
    }

    /// The rate of the next step; 0 before ``compile(optimizer:loss:metrics:)``.
    var currentLearningRate: Float {
        guard let compilation else { return 0 }
        return compilation.optimizer.learningRate.value(at: compilation.state?.step ?? 0)
    }

    func setLearningRate(_ rate: Float) {
        compilation?.optimizer.learningRate = .constant(rate)
    }
}
