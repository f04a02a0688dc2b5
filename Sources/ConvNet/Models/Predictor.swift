/// A network's weights as they were, ready to predict from many threads at once.
///
/// Batch normalisation and what else depends on the weights alone is worked out when it is made, so it is faster than
/// ``Sequential/predict(_:batchSize:)-(Tensor,_)``, whose results are the same up to rounding.
///
/// ```swift
/// let predictor = model.predictor()
/// DispatchQueue.concurrentPerform(iterations: 8) { index in
///     print(predictor.predictClasses(batches[index]))
/// }
/// ```
public final class Predictor: Sendable {
    /// Dimensions of one example.
    public let inputShape: [Int]
    /// Dimensions of what one example gives.
    public let outputShape: [Int]
    private let engine: InferenceEngine

    /// What travels with the network in its file: preprocessing, class names, how it was trained.
    public let info: ModelInfo

    /// - Parameter store: Nobody changes it any more.
    init(graph: Graph, store: ParameterStore, info: ModelInfo) {
        inputShape = graph.input.shape
        outputShape = graph.output.shape
        self.info = info
        engine = InferenceEngine(graph: graph, store: store, isFixed: true)
    }

    /// Opens a model file, or a checkpoint, for predictions alone: nothing that only training needs takes memory.
    ///
    /// ```swift
    /// let predictor = try Predictor.load(from: "digits.safetensors")
    /// ```
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - customLayers: Types of layers that the library does not have.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming what is wrong, where it
    ///   is not a model file, is cut or contradicts itself, or holds a layer that is not known.
    public static func load(from path: String, customLayers: [any Layer.Type] = []) throws -> Predictor {
        let contents = try ModelContents(of: path, customLayers: customLayers)
        let store = ParameterStore(
            trainableCount: contents.graph.trainableCount, stateCount: contents.graph.stateCount)
        contents.fill(store)
        return Predictor(graph: contents.graph, store: store, info: contents.description.info)
    }

    /// The network's outputs.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …input shape); dimensions of 1 may be left out, and examples may be flat.
    ///   - batchSize: Examples a pass; decides speed and memory, and of the results the last bits at most.
    /// - Returns: Shape (count, …output shape).
    /// - Precondition: The examples have the input shape.
    public func predict(_ x: Tensor, batchSize: Int = 32) -> Tensor {
        precondition(
            x.rank >= 1 && Shape.fits(Array(x.shape.dropFirst()), inputShape),
            "a tensor of shape \(x.shape) does not hold examples of shape \(inputShape)")
        let scalars = engine.predict(InputData(x), batchSize: max(batchSize, 1))
        return Tensor(shape: [x.shape[0]] + outputShape, scalars: scalars)
    }

    /// The class of each example: where its outputs are largest, or for one output whether it is above 0.5.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …input shape).
    ///   - batchSize: Examples a pass.
    /// - Precondition: The examples have the input shape.
    public func predictClasses(_ x: Tensor, batchSize: Int = 32) -> [Int] {
        predict(x, batchSize: batchSize).classes
    }
}

extension Tensor {
    /// The class of each row along the last dimension: where it is largest, or for one column whether it is above 0.5.
    var classes: [Int] {
        shape.last == 1 ? scalars.map { $0 > 0.5 ? 1 : 0 } : argmax(axis: rank - 1)
    }
}
