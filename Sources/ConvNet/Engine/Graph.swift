import CKernels

/// A value that flows through a network under construction: what one layer hands to the next.
public struct GraphValue: Sendable {
    /// Dimensions of one example, without the batch, as layers see it.
    public let shape: [Int]
    let buffer: BufferID
    /// Whether images declared (channels, height, width) are stored (height, width, channels). All image kernels work on
    /// the latter; a chain of channels_first layers is transposed once at its start and once at its end.
    var isStoredChannelsLast = false

    /// Elements of one example.
    public var count: Int { Shape.count(shape) }
}

/// A network lowered to steps over buffers; what ``Plan`` gives memory to.
struct Graph: Sendable {
    /// Elements an example, by ``BufferID``.
    var bufferCounts: [Int] = []
    var steps: [any Step] = []
    var parameters: [Parameter] = []
    var input: GraphValue
    var output: GraphValue
    /// What each layer returned, in order.
    var layerOutputs: [GraphValue] = []
    /// Index into `parameters` where each layer's begin, and the total at the end.
    var layerParameters: [Range<Int>] = []
    /// Floats of the two parameter buffers, gaps included.
    var trainableCount = 0
    var stateCount = 0

    /// Floating-point operations that one example costs forward, roughly.
    var cost: Double { steps.reduce(0) { $0 + $1.cost } }

    /// Bytes of one example that the largest step reads and writes.
    var largestStepBytes: Int {
        let counts = steps.map { bufferCounts[$0.input.index] + bufferCounts[$0.output.index] }
        return (counts.max() ?? 0) * MemoryLayout<Float>.stride
    }

    /// Of each buffer, whether its zeros need no gradient.
    func zerosNeedNoGradient() -> [Bool] {
        var needNone = [Bool](repeating: false, count: bufferCounts.count)
        for step in steps {
            needNone[step.output.index] = step.zerosNeedNoGradient(ofInput: needNone[step.input.index])
        }
        return needNone
    }
}

/// Turns layers into a graph of steps: the vocabulary that ``Layer/build(_:in:)`` speaks.
///
/// Neighbours that one kernel can do together are fused as they arrive: an activation into the dense, convolution or
/// batch-normalisation step that feeds it, maximum pooling into the convolution. What lies between is not kept.
public struct GraphBuilder {
    var graph: Graph
    let isFusing: Bool
    /// How convolutions are computed.
    let convolution: ck_conv2d_algorithm
    /// Name of the layer being built, for its parameters and for errors.
    private(set) var layerName = ""
    private var openValue: GraphValue

    init(
        inputShape: [Int], isFusing: Bool = true,
        convolution: ck_conv2d_algorithm = ConvNetRuntime.convolutionAlgorithm.kernel
    ) {
        let input = GraphValue(shape: inputShape, buffer: BufferID(index: 0))
        graph = Graph(bufferCounts: [input.count], input: input, output: input)
        openValue = input
        self.isFusing = isFusing
        self.convolution = convolution
    }

    /// Adds a layer after the ones before it.
    mutating func append(_ layer: any Layer, name: String) throws {
        layerName = name
        let first = graph.parameters.count
        openValue = try layer.build(openValue, in: &self)
        let newest = graph.bufferCounts.max() ?? 0
        let largest = graph.parameters[first...].reduce(newest) { max($0, $1.count) }
        guard largest <= Shape.largestCount, graph.trainableCount <= Shape.largestCount else {
            throw problem("it needs more than \(Shape.largestCount) numbers at once; make it smaller")
        }
        graph.layerOutputs.append(openValue)
        graph.layerParameters.append(first..<graph.parameters.count)
    }

    /// The finished graph; its output is stored in the order of its shape.
    mutating func finish() -> Graph {
        graph.output = stored(openValue)
        return graph
    }

    /// Declares a weight of the layer being built.
    ///
    /// - Parameters:
    ///   - name: The weight's own name, such as `kernel`.
    ///   - shape: Its dimensions.
    ///   - initializer: What it holds before training.
    ///   - regularizer: Penalty on it, if any.
    ///   - isTrainable: Whether optimizers change it.
    public mutating func parameter(
        _ name: String, shape: [Int], initializer: Initializer, regularizer: Regularizer? = nil,
        isTrainable: Bool = true
    ) -> Parameter {
        let parameter = Parameter(
            name: "\(layerName)/\(name)", shape: shape, isTrainable: isTrainable, initializer: initializer,
            regularizer: regularizer, offset: isTrainable ? graph.trainableCount : graph.stateCount)
        let padded = (parameter.count + 15) / 16 * 16
        if isTrainable { graph.trainableCount += padded } else { graph.stateCount += padded }
        graph.parameters.append(parameter)
        return parameter
    }

    /// An error about the layer being built.
    public func problem(_ message: String) -> ConvNetError {
        ConvNetError(.invalidModel, "layer \(layerName): \(message)")
    }

    // MARK: - Inside

    mutating func makeValue(shape: [Int], isStoredChannelsLast: Bool = false) -> GraphValue {
        let value = GraphValue(
            shape: shape, buffer: BufferID(index: graph.bufferCounts.count), isStoredChannelsLast: isStoredChannelsLast)
        graph.bufferCounts.append(value.count)
        return value
    }

    /// The value stored in the order of its shape, transposed if need be.
    mutating func stored(_ value: GraphValue) -> GraphValue {
        guard value.isStoredChannelsLast else { return value }
        return transposed(value, rows: value.shape[1] * value.shape[2], columns: value.shape[0], toChannelsLast: false)
    }

    /// The dimensions of images whose order the layer declares.
    func imageShape(_ value: GraphValue, _ format: DataFormat) throws -> ImageShape {
        guard value.shape.count == 3 else {
            throw problem(
                "it takes images of three dimensions (\(format.description)), but the layer before gives \(value.shape)"
            )
        }
        switch format {
        case .channelsLast:
            return ImageShape(height: value.shape[0], width: value.shape[1], channels: value.shape[2])
        case .channelsFirst:
            return ImageShape(height: value.shape[1], width: value.shape[2], channels: value.shape[0])
        }
    }

    /// Images as (height, width, channels) in memory, whatever order the layer declares. May add a step.
    mutating func images(_ value: GraphValue, _ format: DataFormat) throws -> (value: GraphValue, shape: ImageShape) {
        let shape = try imageShape(value, format)
        switch format {
        case .channelsLast:
            return (stored(value), shape)
        case .channelsFirst:
            if value.isStoredChannelsLast { return (value, shape) }
            let pixels = shape.height * shape.width
            return (transposed(value, rows: shape.channels, columns: pixels, toChannelsLast: true), shape)
        }
    }

    private mutating func transposed(_ value: GraphValue, rows: Int, columns: Int, toChannelsLast: Bool) -> GraphValue {
        if rows == 1 || columns == 1 {  // the same order either way
            return GraphValue(shape: value.shape, buffer: value.buffer, isStoredChannelsLast: toChannelsLast)
        }
        let result = makeValue(shape: value.shape, isStoredChannelsLast: toChannelsLast)
        graph.steps.append(TransposeStep(input: value.buffer, output: result.buffer, rows: rows, columns: columns))
        return result
    }
}

/// An image's dimensions, whatever their order in a shape.
struct ImageShape: Hashable, Sendable {
    var height: Int
    var width: Int
    var channels: Int

    func shape(_ format: DataFormat) -> [Int] {
        switch format {
        case .channelsLast: [height, width, channels]
        case .channelsFirst: [channels, height, width]
        }
    }
}
