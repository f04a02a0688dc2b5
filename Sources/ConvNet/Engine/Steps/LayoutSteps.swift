import CKernels

/// Images from channels-first to channels-last order, or back.
struct TransposeStep: Step {
    var input: BufferID
    var output: BufferID
    let rows: Int
    let columns: Int

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }
    var cost: Double { Double(rows) * Double(columns) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { ofInput }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.transpose(batch: run.batch, rows: rows, columns: columns, x: memory.input, y: memory.output)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        Kernels.transpose(
            batch: run.batch, rows: columns, columns: rows, x: memory.outputGradient, y: inputGradient)
    }
}

/// Borders of zeros around channels-last images.
struct ZeroPadding2DStep: Step {
    var input: BufferID
    var output: BufferID
    /// For a batch of one.
    let shape: ck_pad2d_shape

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }
    var cost: Double { Double(shape.outputCount) }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.padForward(shape.with(batch: run.batch), x: memory.input, y: memory.output)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        Kernels.padBackward(shape.with(batch: run.batch), dy: memory.outputGradient, dx: inputGradient)
    }
}

extension ck_pad2d_shape {
    func with(batch: Int) -> ck_pad2d_shape {
        var shape = self
        shape.batch = batch
        return shape
    }
}
