import Testing

@testable import ConvNet

/// One layer run forward and backward as the engine runs it, for any input and any gradient from above.
struct LayerProbe {
    private let graph: Graph
    private let store: ParameterStore
    private let gradients: Arena
    private let execution: Execution
    private let batch: Int
    private let isTraining: Bool

    /// - Parameters:
    ///   - layer: The layer.
    ///   - inputShape: The shape of a batch, its size first.
    ///   - isTraining: Whether there is a backward pass.
    init(_ layer: any Layer, inputShape: [Int], isTraining: Bool) throws {
        var builder = GraphBuilder(inputShape: Array(inputShape.dropFirst()))
        try builder.append(layer, name: "layer")
        graph = builder.finish()
        batch = inputShape[0]
        self.isTraining = isTraining
        store = ParameterStore(trainableCount: graph.trainableCount, stateCount: graph.stateCount)
        gradients = Arena(count: isTraining ? graph.trainableCount : 0)
        execution = Execution(
            plan: Plan(graph: graph, batch: batch, isTraining: isTraining, wantsInputGradient: isTraining))
    }

    /// Names of the layer's weights, as Keras has them.
    var weightNames: [String] { graph.parameters.map { String($0.name.dropFirst("layer/".count)) } }

    func setWeight(_ name: String, to tensor: Tensor) throws {
        store.set(try parameter(name), to: tensor)
    }

    func weight(_ name: String) throws -> Tensor { store.tensor(try parameter(name)) }

    func forward(_ input: Tensor) -> Tensor {
        execution.input.copy(from: input)
        ComputeThread.shared.run { execution.forward(run) }
        return Tensor(shape: [batch] + graph.output.shape, copying: execution.output)
    }

    /// Runs backward after ``forward(_:)`` and returns the input's gradient.
    func backward(_ upstream: Tensor) throws -> Tensor {
        try #require(execution.gradient(graph.output.buffer)).copy(from: upstream)
        ComputeThread.shared.run { execution.backward(run) }
        let gradient = try #require(execution.gradient(graph.input.buffer))
        return Tensor(shape: [batch] + graph.input.shape, copying: gradient)
    }

    func gradient(_ name: String) throws -> Tensor {
        let parameter = try parameter(name)
        return Tensor(shape: parameter.shape, copying: gradients.floats.slice(parameter.offset, parameter.count))
    }

    private var run: Run {
        Run(
            batch: batch, isTraining: isTraining, parameters: store.parameters.floats, gradients: gradients.floats,
            state: store.state.floats, seed: 1, step: 1)
    }

    private func parameter(_ name: String) throws -> Parameter {
        try #require(graph.parameters.first { $0.name == "layer/\(name)" }, "the layer has no \(name)")
    }
}

extension Tensor {
    /// A tensor of what lies in borrowed memory.
    init(shape: [Int], copying floats: Floats) {
        self.init(shape: shape, scalars: Array(UnsafeBufferPointer(start: floats.base, count: floats.count)))
    }
}

extension Floats {
    /// Fills the run with a tensor of as many elements.
    func copy(from tensor: Tensor) {
        precondition(tensor.count == count, "\(tensor.count) elements do not fill \(count)")
        for (index, value) in tensor.scalars.enumerated() { base[index] = value }
    }
}
