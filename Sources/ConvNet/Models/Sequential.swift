import CKernels

/// A network of layers in a row, with its weights: built, trained, evaluated, run and saved as in Keras.
///
/// ```swift
/// let model = try Sequential(inputShape: [28, 28, 1]) {
///     Conv2D(32, kernelSize: 3, activation: .relu)
///     MaxPooling2D()
///     Flatten()
///     Dense(10, activation: .softmax)
/// }
/// model.compile(optimizer: Adam(), loss: .categoricalCrossentropy, metrics: [.accuracy])
/// try model.fit(train, epochs: 4, validationData: test)
/// ```
///
/// A network belongs to one thread at a time; ``predictor()`` gives something that many threads may share.
public final class Sequential {
    /// What the network is called in summaries and files.
    public let name: String
    /// Dimensions of one example.
    public let inputShape: [Int]
    /// The layers' settings, each with its name.
    public let layers: [any Layer]
    /// Decides the first weights, the shuffling and the dropout masks.
    public let seed: UInt64
    /// What travels with the network in its file: preprocessing, class names, training settings.
    public var info = ModelInfo()

    let graph: Graph
    let store: ParameterStore
    let inference: InferenceEngine

    /// What ``compile(optimizer:loss:metrics:)`` was given.
    struct Compilation {
        var optimizer: any Optimizer
        let loss: Loss
        let metrics: [Metric]
        /// Made when training first needs it.
        var state: OptimizerState?
    }

    var compilation: Compilation?

    /// A network of the given layers, its weights drawn from the initializers.
    ///
    /// - Parameters:
    ///   - inputShape: Dimensions of one example, without the batch: (28, 28, 1) for grey images.
    ///   - name: What the network is called in summaries and files.
    ///   - seed: Decides the first weights, the shuffling and the dropout masks.
    ///   - layers: In order.
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the layers do not fit together.
    public convenience init(
        inputShape: [Int], name: String = "sequential", seed: UInt64 = 0, layers: [any Layer]
    ) throws {
        let named = try Self.named(layers)
        let graph = try Self.graph(inputShape: inputShape, layers: named)
        guard Memory.canHold(ofFloats: graph.trainableCount + graph.stateCount) else {
            throw ConvNetError(
                .invalidModel,
                "the network has \(graph.trainableCount + graph.stateCount) weights, more than this machine's memory "
                    + "holds; make its layers smaller")
        }
        self.init(name: name, seed: seed, layers: named, graph: graph)
        initializeWeights()
    }

    /// A network of layers that are already lowered, all weights zero.
    init(name: String, seed: UInt64, layers: [any Layer], graph: Graph) {
        self.name = name
        self.inputShape = graph.input.shape
        self.seed = seed
        self.layers = layers
        self.graph = graph
        store = ParameterStore(trainableCount: graph.trainableCount, stateCount: graph.stateCount)
        inference = InferenceEngine(graph: graph, store: store)
    }

    /// A network of the layers in a block.
    ///
    /// - Parameters:
    ///   - inputShape: Dimensions of one example, without the batch.
    ///   - name: What the network is called in summaries and files.
    ///   - seed: Decides the first weights, the shuffling and the dropout masks.
    ///   - layers: In order.
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the layers do not fit together.
    public convenience init(
        inputShape: [Int], name: String = "sequential", seed: UInt64 = 0,
        @LayerBuilder layers: () -> [any Layer]
    ) throws {
        try self.init(inputShape: inputShape, name: name, seed: seed, layers: layers())
    }

    /// Dimensions of what one example gives.
    public var outputShape: [Int] { graph.output.shape }

    /// Number of weights, those that do not learn included.
    public var parameterCount: Int { graph.parameters.reduce(0) { $0 + $1.count } }

    /// Number of weights that learn.
    public var trainableParameterCount: Int {
        graph.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
    }

    /// Sets how the network is trained and measured. Forgets what an optimizer before it remembered.
    ///
    /// - Parameters:
    ///   - optimizer: How weights change.
    ///   - loss: What training makes small.
    ///   - metrics: What is reported besides.
    public func compile(optimizer: any Optimizer = RMSprop(), loss: Loss, metrics: [Metric] = []) {
        compilation = Compilation(optimizer: optimizer, loss: loss, metrics: metrics)
    }

    /// What training makes small; nil before ``compile(optimizer:loss:metrics:)``.
    public var loss: Loss? { compilation?.loss }

    /// A copy of the weights that predicts from many threads at once, without the training state.
    public func predictor() -> Predictor {
        Predictor(graph: graph, store: ParameterStore(copying: store), info: info)
    }

    /// The network's outputs.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …``inputShape``); dimensions of 1 may be left out, and examples may be flat.
    ///   - batchSize: Examples a pass; decides speed and memory, and of the results the last bits at most.
    /// - Returns: Shape (count, …``outputShape``).
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    public func predict(_ x: Tensor, batchSize: Int = 32) throws -> Tensor {
        try predict(try inputs(x), batchSize: batchSize)
    }

    /// The network's outputs for all images of a data set.
    ///
    /// - Parameters:
    ///   - data: Images of ``inputShape``, or of as many elements.
    ///   - batchSize: Examples a pass.
    /// - Returns: Shape (count, …``outputShape``).
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    public func predict(_ data: Dataset, batchSize: Int = 32) throws -> Tensor {
        try predict(try inputs(data), batchSize: batchSize)
    }

    /// The class of each example: where its outputs are largest, or for one output whether it is above 0.5.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    public func predictClasses(_ x: Tensor, batchSize: Int = 32) throws -> [Int] {
        try predict(x, batchSize: batchSize).classes
    }

    /// The class of each image of a data set.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    public func predictClasses(_ data: Dataset, batchSize: Int = 32) throws -> [Int] {
        try predict(data, batchSize: batchSize).classes
    }

    private func predict(_ data: InputData, batchSize: Int) throws -> Tensor {
        guard batchSize >= 1 else {
            throw ConvNetError(.invalidArgument, "batch size \(batchSize); give at least 1")
        }
        try requireMemory(batch: min(batchSize, data.count))
        return Tensor(
            shape: [data.count] + outputShape, scalars: inference.predict(data, batchSize: batchSize))
    }

    /// Refuses batches of which a single layer's outputs alone are more than the machine's memory.
    func requireMemory(batch: Int) throws {
        let largest = graph.bufferCounts.max() ?? 0
        guard Memory.canHold(runs: batch, ofFloats: largest) else {
            throw ConvNetError(
                .invalidArgument,
                "a batch of \(batch) examples needs \(largest) numbers each, more than this machine's memory holds; "
                    + "give a smaller batch size")
        }
    }

    /// Examples of the network's input shape, or of one that is it but for dimensions of 1 or flattening: (28, 28) and
    /// (784) both fit (28, 28, 1).
    func inputs(_ data: Dataset) throws -> InputData {
        try check(InputData(data))
    }

    func inputs(_ x: Tensor) throws -> InputData {
        guard x.rank >= 1 else {
            throw ConvNetError(.invalidArgument, "the input is a single number; give shape [count, …]")
        }
        return try check(InputData(x))
    }

    private func check(_ data: InputData) throws -> InputData {
        guard Shape.fits(data.shape, inputShape) else {
            throw ConvNetError(
                .invalidArgument, "the examples have shape \(data.shape), but the network takes \(inputShape)")
        }
        guard data.count <= Int(Int32.max) else {
            throw ConvNetError(
                .invalidArgument, "\(data.count) examples are too many at once; give at most \(Int32.max)")
        }
        return data
    }

    /// Lowers layers to steps; reserves no memory for weights.
    static func graph(
        inputShape: [Int], layers: [any Layer],
        convolution: ck_conv2d_algorithm = ConvNetRuntime.convolutionAlgorithm.kernel
    ) throws -> Graph {
        guard !inputShape.isEmpty, inputShape.allSatisfy({ $0 >= 1 }),
            Shape.count(inputShape) <= Shape.largestCount
        else {
            throw ConvNetError(
                .invalidModel, "input shape \(inputShape); give sizes of at least 1, \(Shape.largestCount) in all")
        }
        guard !layers.isEmpty else {
            throw ConvNetError(.invalidModel, "the network has no layers; give at least one")
        }
        var builder = GraphBuilder(inputShape: inputShape, convolution: convolution)
        for layer in layers { try builder.append(layer, name: layer.name ?? "") }
        return builder.finish()
    }

    /// The layers with names of their own: Keras's pattern, `dense`, `dense_1`, …, past the names that are given.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where a given name is empty or occurs twice.
    static func named(_ layers: [any Layer]) throws -> [any Layer] {
        var taken = Set<String>()
        for name in layers.compactMap(\.name) {
            guard !name.isEmpty else {
                throw ConvNetError(.invalidModel, "a layer's name is empty; give it one, or none at all")
            }
            guard taken.insert(name).inserted else {
                throw ConvNetError(.invalidModel, "two layers are called \(name); give each a name of its own")
            }
        }
        var counts: [String: Int] = [:]
        return layers.map { layer in
            guard layer.name == nil else { return layer }
            var layer = layer
            let className = type(of: layer).className
            var name: String
            repeat {
                name = layer.defaultName(count: counts[className, default: 0])
                counts[className, default: 0] += 1
            } while !taken.insert(name).inserted
            layer.name = name
            return layer
        }
    }
}
