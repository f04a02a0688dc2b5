import CKernels

/// A 2-D convolution of channels-last images.
struct Conv2DStep: ActivationHost {
    var input: BufferID
    var output: BufferID
    /// For a batch of one.
    let shape: ck_conv2d_shape
    let kernel: Parameter
    let bias: Parameter?
    private(set) var activation = ck_activation.linear

    init(input: BufferID, output: BufferID, shape: ck_conv2d_shape, kernel: Parameter, bias: Parameter?) {
        self.input = input
        self.output = output
        self.shape = shape
        self.kernel = kernel
        self.bias = bias
    }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { !activation.isLinear }
    var backwardReplacesInput: Bool { true }
    var hasTrainableParameters: Bool { true }
    var cost: Double { 2 * Double(shape.out_height) * Double(shape.out_width) * Double(shape.weightCount) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { activation.kind == CK_RELU }

    mutating func absorb(_ activation: ck_activation) -> Bool {
        guard self.activation.isLinear, activation.kind.usesOutput else { return false }
        self.activation = activation
        return true
    }

    func workspace(batch: Int, training: Bool) -> Int {
        let shape = self.shape.with(batch: batch)
        let forward = Kernels.conv2DForwardWorkspace(shape)
        return training ? max(forward, Kernels.conv2DBackwardWorkspace(shape)) : forward
    }

    func algorithms(batch: Int) -> (forward: String, backward: String)? {
        Kernels.conv2DAlgorithms(shape.with(batch: batch))
    }

    var preparedCount: Int { Kernels.conv2DPreparedCount(shape) }

    func prepare(_ run: Run, into prepared: Floats) {
        Kernels.conv2DPrepare(shape, w: run.values(kernel), prepared: prepared)
    }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.conv2DForward(
            shape.with(batch: run.batch), x: memory.input, w: run.values(kernel), prepared: memory.prepared,
            bias: run.values(bias), activation: activation, y: memory.output, workspace: memory.workspace)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        let shape = self.shape.with(batch: run.batch)
        let gradient = memory.outputGradient.prefix(shape.outputCount)
        activation.propagateInPlace(gradient, output: memory.output.prefix(shape.outputCount))
        Kernels.conv2DBackwardWeights(
            shape, x: memory.input, dy: gradient, dw: run.gradient(kernel), dbias: run.gradient(bias),
            workspace: memory.workspace)
        if let inputGradient = memory.inputGradient {
            Kernels.conv2DBackwardInput(
                shape, dy: gradient, w: run.values(kernel), dx: inputGradient, workspace: memory.workspace)
        }
    }
}

extension ck_conv2d_shape {
    func with(batch: Int) -> ck_conv2d_shape {
        var shape = self
        shape.batch = batch
        return shape
    }
}
