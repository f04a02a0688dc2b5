/// Examples that batches are picked from.
struct InputData {
    enum Source {
        case dataset(Dataset)
        case tensor(Tensor)
    }

    let source: Source
    let count: Int
    /// Dimensions of one example.
    let shape: [Int]

    init(_ dataset: Dataset) {
        source = .dataset(dataset)
        count = dataset.count
        shape = dataset.imageShape
    }

    /// - Precondition: The tensor has at least one dimension, the examples.
    init(_ tensor: Tensor) {
        precondition(tensor.rank >= 1, "a single number has no examples; give a tensor of shape [count, …]")
        source = .tensor(tensor)
        count = tensor.shape[0]
        shape = Array(tensor.shape.dropFirst())
    }

    /// Lends out the elements, the first example's first.
    func withElements(_ body: (Kernels.ImageElements) -> Void) {
        switch source {
        case .dataset(let dataset): dataset.withElements(body)
        case .tensor(let tensor):
            tensor.scalars.withUnsafeBufferPointer { floats in
                if let base = floats.baseAddress { body(.floats(base)) }
            }
        }
    }

    /// Copies the examples of the given numbers.
    func gather(_ indices: UnsafePointer<Int32>, count: Int, into output: Floats) {
        let size = shape.reduce(1, *)
        Kernels.expect(output, count * size, "batch, inputs")
        switch source {
        case .dataset(let dataset):
            dataset.gather(indices: indices, count: count, into: output.base)
        case .tensor(let tensor):
            Kernels.gatherRows(
                count: count, indices: indices, from: tensor.scalars, firstRow: 0, rowSize: size, into: output.base)
        }
    }
}

/// Targets of examples, and how much each example counts.
struct TargetData {
    enum Source {
        /// Class numbers, standing for one-hot rows.
        case labels([Int32])
        case rows(Tensor)
    }

    let source: Source
    let weights: [Float]?

    /// - Parameters:
    ///   - labels: A class number an example.
    ///   - outputShape: What the network gives for one example.
    ///   - weights: A factor an example.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where a label has no output.
    init(labels: [Int32], outputShape: [Int], weights: [Float]?) throws {
        let columns = outputShape.last ?? 1
        guard outputShape.count <= 1 else {
            throw ConvNetError(
                .invalidArgument,
                "class labels need one row of outputs an example, but the network gives \(outputShape); "
                    + "add a Flatten layer or give targets of that shape")
        }
        if columns == 1 {  // a label is the target itself
            self.init(rows: Tensor(shape: [labels.count, 1], scalars: labels.map { Float($0) }), weights: weights)
            return
        }
        if let wrong = labels.first(where: { !(0..<columns).contains(Int($0)) }) {
            throw ConvNetError(
                .invalidArgument,
                "label \(wrong) has no output: the network gives \(columns) classes; give its last layer more units")
        }
        self.init(checked: labels, weights: weights)
    }

    private init(checked labels: [Int32], weights: [Float]?) {
        source = .labels(labels)
        self.weights = weights
    }

    /// - Parameters:
    ///   - tensor: One row an example, or one class number an example.
    ///   - outputShape: What the network gives for one example.
    ///   - weights: A factor an example.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    init(_ tensor: Tensor, outputShape: [Int], weights: [Float]?) throws {
        if let wrong = tensor.scalars.firstIndex(where: { !$0.isFinite }) {
            throw ConvNetError(
                .invalidData, "target \(wrong) is \(tensor.scalars[wrong]); remove or repair it")
        }
        guard tensor.rank >= 1 else {
            throw ConvNetError(.invalidArgument, "the targets are a single number; give one row an example")
        }
        let shape = Array(tensor.shape.dropFirst())
        if shape == outputShape {
            self.init(rows: tensor, weights: weights)
        } else if shape.isEmpty && outputShape == [1] {
            self.init(rows: Tensor(shape: [tensor.count, 1], scalars: tensor.scalars), weights: weights)
        } else if shape.isEmpty || shape == [1] {
            try self.init(labels: Self.labels(of: tensor), outputShape: outputShape, weights: weights)
        } else {
            throw ConvNetError(
                .invalidArgument, "the targets have shape \(shape) an example, but the network gives \(outputShape)")
        }
    }

    private init(rows: Tensor, weights: [Float]?) {
        source = .rows(rows)
        self.weights = weights
    }

    private static func labels(of tensor: Tensor) throws -> [Int32] {
        try tensor.scalars.map { value in
            guard let label = Int32(exactly: value), label >= 0 else {
                throw ConvNetError(
                    .invalidArgument, "\(value) is not a class number; give whole numbers from 0")
            }
            return label
        }
    }
}

/// Where one batch's targets and weights lie: memory for the largest batch, filled anew for each.
final class TargetBuffer {
    private let rowCount: Int
    private let labels: UnsafeMutablePointer<Int32>
    private let rows: Arena
    private let weights: Arena
    private var hasLabels = false
    private var hasWeights = false

    /// - Parameters:
    ///   - batch: The largest batch, in examples.
    ///   - outputCount: Elements of one example's output.
    init(batch: Int, outputCount: Int) {
        rowCount = batch
        labels = .allocate(capacity: max(batch, 1))
        labels.initialize(repeating: 0, count: max(batch, 1))
        rows = Arena(count: batch * outputCount)
        weights = Arena(count: batch)
    }

    deinit {
        labels.deallocate()
    }

    var targets: Targets {
        Targets(
            values: hasLabels ? .labels(labels) : .dense(rows.floats), weights: hasWeights ? weights.floats : nil)
    }

    /// Copies the targets and weights of the examples of the given numbers.
    func gather(_ data: TargetData, _ indices: UnsafePointer<Int32>, count: Int) {
        precondition(count <= rowCount, "\(count) targets where \(rowCount) have room")
        switch data.source {
        case .labels(let all):
            hasLabels = true
            for row in 0..<count { labels[row] = all[Int(indices[row])] }
        case .rows(let tensor):
            hasLabels = false
            Kernels.gatherRows(
                count: count, indices: indices, from: tensor.scalars, firstRow: 0,
                rowSize: tensor.count / max(tensor.shape[0], 1), into: rows.floats.base)
        }
        hasWeights = data.weights != nil
        if let all = data.weights {
            for row in 0..<count { weights.floats.base[row] = all[Int(indices[row])] }
        }
    }
}
