import CKernels

/// Batch normalisation of channels-last images with 2 x 2 maximum pooling behind it, and ReLU before or behind that.
///
/// The images between the two are never written, and backward follows the record of where the maxima were.
struct BatchNormalizationMaxPooling2DStep: ActivationHost {
    var input: BufferID {
        get { normalization.input }
        set { normalization.input = newValue }
    }
    var output: BufferID
    private(set) var normalization: BatchNormalizationStep
    /// For a batch of one.
    private let shape: ck_pool2d_shape

    /// Nil where the two are not done together: another window, or padding.
    init?(_ normalization: BatchNormalizationStep, pooling: ck_pool2d_shape, output: BufferID) {
        guard pooling.isPlain2x2, normalization.channels == pooling.channels,
            normalization.rows == pooling.in_height * pooling.in_width
        else { return nil }
        self.normalization = normalization
        shape = pooling
        self.output = output
    }

    /// The two as steps of their own.
    var parts: [any Step] {
        [normalization, MaxPooling2DStep(input: normalization.output, output: output, shape: shape)]
    }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { false }
    var backwardReplacesInput: Bool { true }
    var hasTrainableParameters: Bool { normalization.hasTrainableParameters }
    var cost: Double { normalization.cost + Double(shape.inputCount) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { normalization.zerosNeedNoGradient(ofInput: ofInput) }

    mutating func absorb(_ activation: ck_activation) -> Bool { normalization.absorb(activation) }

    func workspace(batch: Int, training: Bool) -> Int {
        max(
            normalization.workspace(batch: batch, training: training),
            Kernels.batchNormMaxPoolWorkspace(shape.with(batch: batch)))
    }

    /// The batch's mean and variance, then a byte an output.
    func saved(batch: Int) -> Int {
        normalization.saved(batch: batch) + (shape.with(batch: batch).outputCount + 3) / 4
    }

    func forward(_ memory: StepMemory, _ run: Run) {
        let statistics = normalization.statistics(memory, run)
        Kernels.batchNormMaxPoolApply(
            shape.with(batch: run.batch), x: memory.input, statistics: statistics, epsilon: normalization.epsilon,
            gamma: run.values(normalization.gamma), beta: run.values(normalization.beta),
            isRectified: !normalization.activation.isLinear, y: memory.output,
            record: run.isTraining ? record(memory, run) : nil, workspace: memory.workspace)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        Kernels.batchNormMaxPoolBackward(
            shape.with(batch: run.batch), x: memory.input, dy: memory.outputGradient, record: record(memory, run),
            statistics: normalization.savedStatistics(memory), epsilon: normalization.epsilon,
            gamma: run.values(normalization.gamma), dgamma: run.gradient(normalization.gamma),
            dbeta: run.gradient(normalization.beta), dx: memory.inputGradient, workspace: memory.workspace)
    }

    private func record(_ memory: StepMemory, _ run: Run) -> Floats {
        let statistics = normalization.saved(batch: run.batch)
        return memory.saved.slice(statistics, (shape.with(batch: run.batch).outputCount + 3) / 4)
    }
}
