/// A weight of a network: where it lies in the network's parameter buffer, and how it begins.
public struct Parameter: Sendable, Hashable {
    /// The layer's name and the weight's own, as in `conv2d/kernel`.
    public let name: String
    /// Dimensions, row-major; convolution kernels are (height, width, in, out), dense ones (in, out).
    public let shape: [Int]
    /// Whether optimizers change it. Moving statistics of batch normalisation do not learn.
    public let isTrainable: Bool

    let initializer: Initializer
    let regularizer: Regularizer?
    /// In floats, from the start of the trainable or of the other buffer.
    let offset: Int

    /// Number of elements.
    public var count: Int { Shape.count(shape) }
}

/// The values of all of a network's parameters, in two contiguous runs: those that learn, and those that do not.
///
/// Each parameter begins at a multiple of a cache line; the gaps hold zeros.
struct ParameterStore {
    let parameters: Arena
    let state: Arena

    init(trainableCount: Int, stateCount: Int) {
        parameters = Arena(count: trainableCount)
        state = Arena(count: stateCount)
    }

    init(copying other: ParameterStore) {
        self.init(trainableCount: other.parameters.floats.count, stateCount: other.state.floats.count)
        copy(from: other)
    }

    func copy(from other: ParameterStore) {
        parameters.floats.copy(from: other.parameters.floats)
        state.floats.copy(from: other.state.floats)
    }

    /// Whether all values are finite.
    var isFinite: Bool {
        Kernels.sumOfSquares(parameters.floats).isFinite && Kernels.sumOfSquares(state.floats).isFinite
    }

    func values(_ parameter: Parameter) -> Floats {
        (parameter.isTrainable ? parameters : state).floats.slice(parameter.offset, parameter.count)
    }

    func tensor(_ parameter: Parameter) -> Tensor {
        let values = values(parameter)
        return Tensor(
            shape: parameter.shape,
            scalars: Array(UnsafeBufferPointer(start: values.base, count: values.count)))
    }

    /// - Precondition: The tensor has the parameter's shape.
    func set(_ parameter: Parameter, to tensor: Tensor) {
        precondition(
            tensor.shape == parameter.shape, "\(parameter.name) has shape \(parameter.shape), not \(tensor.shape)")
        let values = values(parameter)
        tensor.withUnsafeBufferPointer { source in
            for index in 0..<values.count { values.base[index] = source[index] }
        }
    }
}
