import CKernels

/// Maximum of each window; keeps where it was.
struct MaxPooling2DStep: Step {
    var input: BufferID
    var output: BufferID
    /// For a batch of one.
    let shape: ck_pool2d_shape

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }
    var cost: Double { Double(shape.outputCount) * Double(shape.window_height) * Double(shape.window_width) }

    /// One step for this and the one before it; nil where there is none.
    func fused(with last: any Step) -> (any Step)? {
        switch last {
        case let convolution as Conv2DStep:
            Conv2DMaxPooling2DStep(convolution, pooling: shape, output: output)
        case let normalization as BatchNormalizationStep:
            BatchNormalizationMaxPooling2DStep(normalization, pooling: shape, output: output)
        default: nil
        }
    }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { ofInput }

    func saved(batch: Int) -> Int {
        (Kernels.maxPoolRecordSize(shape.with(batch: batch)) + 3) / 4
    }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.maxPoolForward(
            shape.with(batch: run.batch), x: memory.input, y: memory.output,
            record: run.isTraining ? memory.saved : nil)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        Kernels.maxPoolBackward(
            shape.with(batch: run.batch), dy: memory.outputGradient, record: memory.saved, dx: inputGradient)
    }
}

/// Average of each window, over the pixels inside the image.
struct AveragePooling2DStep: Step {
    var input: BufferID
    var output: BufferID
    /// For a batch of one.
    let shape: ck_pool2d_shape

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }
    var cost: Double { Double(shape.outputCount) * Double(shape.window_height) * Double(shape.window_width) }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.averagePoolForward(shape.with(batch: run.batch), x: memory.input, y: memory.output)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        Kernels.averagePoolBackward(shape.with(batch: run.batch), dy: memory.outputGradient, dx: inputGradient)
    }
}

extension ck_pool2d_shape {
    /// Whether windows are 2 x 2, 2 apart and without padding: what other steps can do along with their own work.
    var isPlain2x2: Bool {
        [window_height, window_width, stride_height, stride_width] == [2, 2, 2, 2] && pad_top == 0 && pad_left == 0
            && out_height == in_height / 2 && out_width == in_width / 2
    }

    func with(batch: Int) -> ck_pool2d_shape {
        var shape = self
        shape.batch = batch
        return shape
    }
}
