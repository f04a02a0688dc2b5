import CKernels

/// A 2-D convolution of channels-last images with 2 x 2 maximum pooling behind it, and ReLU before or behind that:
/// either way the largest value of a window counts, where it is above 0.
///
/// The images between the two are never written, and backward follows the record of where the maxima were.
struct Conv2DMaxPooling2DStep: ActivationHost {
    var input: BufferID
    var output: BufferID
    /// The convolution's, for a batch of one.
    let shape: ck_conv2d_shape
    private let kernel: Parameter
    private let bias: Parameter?
    private var activation: ck_activation

    /// Nil where the two are not done together: another window, padding, or an activation between that is not ReLU.
    init?(_ convolution: Conv2DStep, pooling: ck_pool2d_shape, output: BufferID) {
        guard pooling.isPlain2x2, convolution.activation.isLinear || convolution.activation.kind == CK_RELU
        else { return nil }
        input = convolution.input
        self.output = output
        shape = convolution.shape
        kernel = convolution.kernel
        bias = convolution.bias
        activation = convolution.activation
    }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { false }
    var backwardReplacesInput: Bool { true }
    var hasTrainableParameters: Bool { true }
    var cost: Double { 2 * Double(shape.out_height) * Double(shape.out_width) * Double(shape.weightCount) }

    private var isRectified: Bool { activation.kind == CK_RELU }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { isRectified }

    mutating func absorb(_ activation: ck_activation) -> Bool {
        guard self.activation.isLinear, activation.kind == CK_RELU else { return false }
        self.activation = activation
        return true
    }

    func workspace(batch: Int, training: Bool) -> Int {
        let shape = self.shape.with(batch: batch)
        let forward = Kernels.conv2DMaxPoolForwardWorkspace(shape)
        guard training else { return forward }
        return max(
            forward, Kernels.conv2DMaxPoolBackwardWorkspace(shape, hasInputGradient: false),
            Kernels.conv2DMaxPoolBackwardWorkspace(shape, hasInputGradient: true))
    }

    /// A byte an output.
    func saved(batch: Int) -> Int { (shape.with(batch: batch).pooledCount + 3) / 4 }

    func algorithms(batch: Int) -> (forward: String, backward: String)? {
        Kernels.conv2DAlgorithms(shape.with(batch: batch))
    }

    var preparedCount: Int { Kernels.conv2DPreparedCount(shape) }

    func prepare(_ run: Run, into prepared: Floats) {
        Kernels.conv2DPrepare(shape, w: run.values(kernel), prepared: prepared)
    }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.conv2DMaxPoolForward(
            shape.with(batch: run.batch), x: memory.input, w: run.values(kernel), prepared: memory.prepared,
            bias: run.values(bias), isRectified: isRectified, y: memory.output,
            record: run.isTraining ? memory.saved : nil,
            workspace: memory.workspace)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        Kernels.conv2DMaxPoolBackward(
            shape.with(batch: run.batch), x: memory.input, w: run.values(kernel), record: memory.saved,
            dy: memory.outputGradient, dx: memory.inputGradient, dw: run.gradient(kernel), dbias: run.gradient(bias),
            workspace: memory.workspace)
    }
}
