import CKernels

/// One operation of a plan, forward and backward.
///
/// A step reads one buffer and writes another. Buffers hold `batch` examples one after the other; which memory they are is
/// decided by ``Plan`` and handed over at each call, so a step itself is an immutable value that several executions share.
protocol Step: Sendable {
    /// The buffer read forward, whose gradient backward produces.
    var input: BufferID { get set }
    /// The buffer written forward.
    var output: BufferID { get set }
    /// Whether backward reads what forward read.
    var backwardReadsInput: Bool { get }
    /// Whether backward reads what forward wrote.
    var backwardReadsOutput: Bool { get }
    /// Whether forward may write over what it reads.
    var forwardWorksInPlace: Bool { get }
    /// Whether backward may write the input's gradient over the output's.
    var backwardWorksInPlace: Bool { get }
    /// Whether backward may write the input's gradient over the input: reading it is done by then.
    var backwardReplacesInput: Bool { get }
    /// Whether the step has parameters whose gradients backward must produce.
    var hasTrainableParameters: Bool { get }

    /// Whether a zero that the step writes needs no gradient, as behind ReLU; `ofInput` says so of what it reads.
    func zerosNeedNoGradient(ofInput: Bool) -> Bool

    /// Floats of scratch memory for either direction; not kept between calls.
    func workspace(batch: Int, training: Bool) -> Int
    /// Floats that training's forward pass keeps for the backward pass.
    func saved(batch: Int) -> Int
    /// Floating-point operations that one example costs forward, roughly (more may be than an integer counts): decides whether threads are worth waking.
    var cost: Double { get }

    /// Floats that forward needs beside the parameters, worked out of them once where they do not change any more.
    var preparedCount: Int { get }
    func prepare(_ run: Run, into prepared: Floats)

    /// How forward and backward are computed, where there is a choice.
    func algorithms(batch: Int) -> (forward: String, backward: String)?

    func forward(_ memory: StepMemory, _ run: Run)
    /// Writes the parameters' gradients and, where ``StepMemory/inputGradient`` is there, the input's. May overwrite the
    /// output's gradient.
    func backward(_ memory: StepMemory, _ run: Run)
}

extension Step {
    var forwardWorksInPlace: Bool { false }
    var backwardWorksInPlace: Bool { false }
    var backwardReplacesInput: Bool { false }
    var hasTrainableParameters: Bool { false }
    func zerosNeedNoGradient(ofInput: Bool) -> Bool { false }
    func workspace(batch: Int, training: Bool) -> Int { 0 }
    func saved(batch: Int) -> Int { 0 }
    var cost: Double { 0 }
    func algorithms(batch: Int) -> (forward: String, backward: String)? { nil }
    var preparedCount: Int { 0 }
    func prepare(_ run: Run, into prepared: Floats) {}
}

/// A buffer of the graph: so many floats an example.
struct BufferID: Hashable, Sendable {
    let index: Int
}

/// A step's memory in one execution, for the plan's largest batch.
struct StepMemory {
    let input: Floats
    let output: Floats
    /// Nil in inference, and where nothing before the step learns.
    let inputGradient: Floats?
    /// Where the input is zero, its gradient may be left zero: whoever reads it makes nothing of it.
    let inputZerosNeedNoGradient: Bool
    /// Empty in inference.
    let outputGradient: Floats
    let saved: Floats
    /// Nil where parameters may change.
    let prepared: Floats?
    let workspace: Floats
}

/// What holds for one pass over all steps.
struct Run {
    let batch: Int
    let isTraining: Bool
    let parameters: Floats
    /// Empty in inference.
    let gradients: Floats
    /// Parameters that do not learn: moving statistics.
    let state: Floats
    /// Keys the random numbers, together with the step's stream.
    let seed: UInt64
    let step: UInt64
    /// No weight is NaN or infinite. False where nobody has looked.
    let hasFiniteWeights: Bool

    init(
        batch: Int, isTraining: Bool, parameters: Floats, gradients: Floats, state: Floats, seed: UInt64, step: UInt64,
        hasFiniteWeights: Bool = false
    ) {
        self.batch = batch
        self.isTraining = isTraining
        self.parameters = parameters
        self.gradients = gradients
        self.state = state
        self.seed = seed
        self.step = step
        self.hasFiniteWeights = hasFiniteWeights
    }

    init(inferenceBatch batch: Int, store: ParameterStore, hasFiniteWeights: Bool = false) {
        self.init(
            batch: batch, isTraining: false, parameters: store.parameters.floats,
            gradients: store.parameters.floats.prefix(0), state: store.state.floats, seed: 0, step: 0,
            hasFiniteWeights: hasFiniteWeights)
    }

    func values(_ parameter: Parameter) -> Floats {
        (parameter.isTrainable ? parameters : state).slice(parameter.offset, parameter.count)
    }

    func values(_ parameter: Parameter?) -> Floats? {
        parameter.map { values($0) }
    }

    func gradient(_ parameter: Parameter) -> Floats {
        gradients.slice(parameter.offset, parameter.count)
    }

    func gradient(_ parameter: Parameter?) -> Floats? {
        parameter.map { gradient($0) }
    }
}
