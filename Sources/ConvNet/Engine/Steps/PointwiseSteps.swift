import CKernels

/// An activation that no step before could take over.
struct ActivationStep: Step {
    var input: BufferID
    var output: BufferID
    /// Elements an example.
    let count: Int
    let function: ck_activation

    var backwardReadsInput: Bool { !function.kind.usesOutput }
    var backwardReadsOutput: Bool { function.kind.usesOutput }
    var forwardWorksInPlace: Bool { true }
    var backwardWorksInPlace: Bool { true }
    var cost: Double { 8 * Double(count) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { function.kind == CK_RELU }

    func forward(_ memory: StepMemory, _ run: Run) {
        let count = run.batch * self.count
        Kernels.activationForward(function, x: memory.input.prefix(count), y: memory.output.prefix(count))
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        let count = run.batch * self.count
        Kernels.activationBackward(
            function, x: backwardReadsInput ? memory.input : nil, y: backwardReadsOutput ? memory.output : nil,
            dy: memory.outputGradient.prefix(count), dx: inputGradient.prefix(count))
    }
}

/// Softmax along the last dimension.
struct SoftmaxStep: Step {
    var input: BufferID
    var output: BufferID
    /// Elements an example.
    let count: Int
    let columns: Int

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { true }
    var cost: Double { 16 * Double(count) }

    func forward(_ memory: StepMemory, _ run: Run) {
        Kernels.softmaxForward(
            rows: run.batch * count / columns, columns: columns, x: memory.input, y: memory.output)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        Kernels.softmaxBackward(
            rows: run.batch * count / columns, columns: columns, y: memory.output, dy: memory.outputGradient,
            dx: inputGradient)
    }
}

/// Inverted dropout; the mask is drawn again backward from the same key, not kept.
struct DropoutStep: Step {
    var input: BufferID
    var output: BufferID
    /// Elements an example.
    let count: Int
    let rate: Float
    let stream: UInt32
    let seed: UInt64

    var backwardReadsInput: Bool { false }
    var backwardReadsOutput: Bool { false }
    var forwardWorksInPlace: Bool { true }
    var backwardWorksInPlace: Bool { true }
    var cost: Double { Double(count) }

    /// A zero is one of the input's, or dropped.
    func zerosNeedNoGradient(ofInput: Bool) -> Bool { ofInput }

    func forward(_ memory: StepMemory, _ run: Run) {
        let count = run.batch * self.count
        if run.isTraining {
            Kernels.dropout(key(run), rate: rate, x: memory.input.prefix(count), y: memory.output)
        } else {
            memory.output.prefix(count).copy(from: memory.input.prefix(count))
        }
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        guard let inputGradient = memory.inputGradient else { return }
        let count = run.batch * self.count
        Kernels.dropout(key(run), rate: rate, x: memory.outputGradient.prefix(count), y: inputGradient)
    }

    private func key(_ run: Run) -> ck_random_key {
        ck_random_key(seed: run.seed ^ seed, step: run.step, stream: stream)
    }
}
