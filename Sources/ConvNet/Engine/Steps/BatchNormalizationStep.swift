import CKernels

/// Normalises each channel over the batch in training, by moving statistics in inference.
struct BatchNormalizationStep: ActivationHost {
    var input: BufferID
    var output: BufferID
    /// Rows of `channels` an example.
    let rows: Int
    let channels: Int
    let gamma: Parameter?
    let beta: Parameter?
    let movingMean: Parameter
    let movingVariance: Parameter
    let momentum: Float
    let epsilon: Float
    private(set) var activation = ck_activation.linear

    init(
        input: BufferID, output: BufferID, rows: Int, channels: Int, gamma: Parameter?, beta: Parameter?,
        movingMean: Parameter, movingVariance: Parameter, momentum: Float, epsilon: Float
    ) {
        self.input = input
        self.output = output
        self.rows = rows
        self.channels = channels
        self.gamma = gamma
        self.beta = beta
        self.movingMean = movingMean
        self.movingVariance = movingVariance
        self.momentum = momentum
        self.epsilon = epsilon
    }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { false }
    var backwardWorksInPlace: Bool { true }
    var hasTrainableParameters: Bool { gamma != nil || beta != nil }
    var cost: Double { 4 * Double(rows) * Double(channels) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { activation.kind == CK_RELU }

    mutating func absorb(_ activation: ck_activation) -> Bool {
        guard self.activation.isLinear, activation.kind == CK_RELU else { return false }
        self.activation = activation
        return true
    }

    func workspace(batch: Int, training: Bool) -> Int {
        training ? ck_batchnorm_workspace(rows * batch, channels) : 0
    }

    /// The batch's mean and variance.
    func saved(batch: Int) -> Int { 2 * channels }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.batchNormApply(
            rows: rows * run.batch, channels: channels, x: memory.input, statistics: statistics(memory, run),
            epsilon: epsilon, gamma: run.values(gamma), beta: run.values(beta), activation: activation,
            y: memory.output)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        Kernels.batchNormBackward(
            rows: rows * run.batch, channels: channels, x: memory.input, dy: memory.outputGradient,
            statistics: savedStatistics(memory), epsilon: epsilon, gamma: run.values(gamma), beta: run.values(beta),
            activation: activation, dgamma: run.gradient(gamma), dbeta: run.gradient(beta), dx: memory.inputGradient,
            workspace: memory.workspace)
    }

    /// What is normalised by: in training the batch's mean and variance, which the moving ones follow.
    func statistics(_ memory: StepMemory, _ run: Run) -> ChannelStatistics {
        guard run.isTraining else {
            return ChannelStatistics(mean: run.values(movingMean), variance: run.values(movingVariance))
        }
        let batch = savedStatistics(memory)
        Kernels.batchNormStatistics(
            rows: rows * run.batch, channels: channels, x: memory.input, statistics: batch,
            workspace: memory.workspace)
        move(run.values(movingMean), towards: batch.mean)
        move(run.values(movingVariance), towards: batch.variance)
        return batch
    }

    func savedStatistics(_ memory: StepMemory) -> ChannelStatistics {
        ChannelStatistics(
            mean: memory.saved.slice(0, channels), variance: memory.saved.slice(channels, channels))
    }

    /// Keras 3: the biased batch variance enters the moving one as it is.
    private func move(_ moving: Floats, towards batch: Floats) {
        for channel in 0..<channels {
            moving.base[channel] = moving.base[channel] * momentum + batch.base[channel] * (1 - momentum)
        }
    }
}
