import CKernels

/// y = f(x W + b), `rows` rows an example.
struct DenseStep: ActivationHost {
    var input: BufferID
    var output: BufferID
    let rows: Int
    let inputs: Int
    let units: Int
    let kernel: Parameter
    let bias: Parameter?
    private(set) var activation = ck_activation.linear

    init(
        input: BufferID, output: BufferID, rows: Int, inputs: Int, units: Int, kernel: Parameter, bias: Parameter?
    ) {
        self.input = input
        self.output = output
        self.rows = rows
        self.inputs = inputs
        self.units = units
        self.kernel = kernel
        self.bias = bias
    }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { !activation.isLinear }
    var backwardReplacesInput: Bool { true }
    var hasTrainableParameters: Bool { true }
    var cost: Double { 2 * Double(rows) * Double(inputs) * Double(units) }

    func zerosNeedNoGradient(ofInput: Bool) -> Bool { activation.kind == CK_RELU }

    mutating func absorb(_ activation: ck_activation) -> Bool {
        guard self.activation.isLinear, activation.kind.usesOutput else { return false }
        self.activation = activation
        return true
    }

    func workspace(batch: Int, training: Bool) -> Int {
        let forward = Kernels.gemmWorkspace(product(batch))
        guard training else { return forward }
        return max(
            forward, Kernels.gemmWorkspace(kernelProduct(batch)), Kernels.gemmWorkspace(inputProduct(batch)),
            ck_column_sums_workspace(rows * batch, units))
    }

    func forward(_ memory: StepMemory, _ run: Run) {
        var product = product(run.batch)
        product.finite_b = run.hasFiniteWeights
        Kernels.gemm(
            product, a: memory.input, b: run.values(kernel), bias: run.values(bias),
            activation: activation, c: memory.output, workspace: memory.workspace)
    }

    func backward(_ memory: StepMemory, _ run: Run) {
        let count = run.batch * rows * units
        let gradient = memory.outputGradient.prefix(count)
        activation.propagateInPlace(gradient, output: memory.output.prefix(count))
        Kernels.gemm(
            kernelProduct(run.batch), a: memory.input, b: gradient, c: run.gradient(kernel),
            workspace: memory.workspace)
        if let bias {
            Kernels.columnSums(
                rows: run.batch * rows, columns: units, x: gradient, sums: run.gradient(bias),
                workspace: memory.workspace)
        }
        if let inputGradient = memory.inputGradient {
            Kernels.gemm(
                inputProduct(run.batch), a: gradient, b: run.values(kernel),
                wanted: memory.inputZerosNeedNoGradient ? memory.input : nil, c: inputGradient,
                workspace: memory.workspace)
        }
    }

    private func product(_ batch: Int) -> ck_gemm_shape {
        ck_gemm_shape(m: batch * rows, n: units, k: inputs)
    }

    private func kernelProduct(_ batch: Int) -> ck_gemm_shape {
        ck_gemm_shape(m: inputs, n: units, k: batch * rows, transposeA: true)
    }

    private func inputProduct(_ batch: Int) -> ck_gemm_shape {
        ck_gemm_shape(m: batch * rows, n: inputs, k: units, transposeB: true)
    }
}
