import CKernels

extension Kernels {
    static func activationForward(_ f: ck_activation, x: Floats, y: Floats) {
        expect(y, x.count, "activation, output")
        ck_activation_forward(x.count, f, x.base, y.base)
    }

    /// dx = f' dy; give x or y as ``ck_activation_kind/usesOutput`` names. dx may be dy.
    static func activationBackward(_ f: ck_activation, x: Floats?, y: Floats?, dy: Floats, dx: Floats) {
        expect(x, dy.count, "activation, input")
        expect(y, dy.count, "activation, output")
        expect(dx, dy.count, "activation, input gradient")
        ck_activation_backward(dy.count, f, x?.base, y?.base, dy.base, dx.base)
    }

    static func softmaxForward(rows: Int, columns: Int, x: Floats, y: Floats) {
        expect(x, rows * columns, "softmax, input")
        expect(y, rows * columns, "softmax, output")
        ck_softmax_forward(rows, columns, x.base, y.base)
    }

    static func softmaxBackward(rows: Int, columns: Int, y: Floats, dy: Floats, dx: Floats) {
        expect(y, rows * columns, "softmax, output")
        expect(dy, rows * columns, "softmax, output gradient")
        expect(dx, rows * columns, "softmax, input gradient")
        ck_softmax_backward(rows, columns, y.base, dy.base, dx.base)
    }

    /// The same call serves forward (x to y) and backward (dy to dx).
    static func dropout(_ key: ck_random_key, rate: Float, x: Floats, y: Floats) {
        expect(y, x.count, "dropout, output")
        ck_dropout(key, x.count, rate, x.base, y.base)
    }

    static func batchNormStatistics(
        rows: Int, channels: Int, x: Floats, mean: Floats, variance: Floats, workspace: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(mean, channels, "batch normalisation, mean")
        expect(variance, channels, "batch normalisation, variance")
        expect(workspace, ck_batchnorm_workspace(rows, channels), "batch normalisation, workspace")
        ck_batchnorm_statistics(rows, channels, x.base, mean.base, variance.base, workspace.base)
    }

    static func batchNormApply(
        rows: Int, channels: Int, x: Floats, mean: Floats, variance: Floats, epsilon: Float, gamma: Floats?,
        beta: Floats?, activation: ck_activation, y: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(y, rows * channels, "batch normalisation, output")
        expect(mean, channels, "batch normalisation, mean")
        expect(variance, channels, "batch normalisation, variance")
        ck_batchnorm_apply(
            rows, channels, x.base, mean.base, variance.base, epsilon, gamma?.base, beta?.base, activation, y.base)
    }

    /// `fusedOutput` is the output of a fused ReLU, or nil.
    static func batchNormBackward(
        rows: Int, channels: Int, x: Floats, fusedOutput: Floats?, dy: Floats, mean: Floats, variance: Floats,
        epsilon: Float, gamma: Floats?, dgamma: Floats?, dbeta: Floats?, dx: Floats?, workspace: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(dy, rows * channels, "batch normalisation, output gradient")
        expect(dx, rows * channels, "batch normalisation, input gradient")
        expect(workspace, ck_batchnorm_workspace(rows, channels), "batch normalisation, workspace")
        ck_batchnorm_backward(
            rows, channels, x.base, fusedOutput?.base, dy.base, mean.base, variance.base, epsilon, gamma?.base,
            dgamma?.base, dbeta?.base, dx?.base, workspace.base)
    }

    /// Index of the first maximum of each row.
    static func argmax(rows: Int, columns: Int, x: Floats, into indices: UnsafeMutablePointer<Int32>) {
        expect(x, rows * columns, "argmax, input")
        ck_argmax(rows, columns, x.base, indices)
    }
}

extension ck_activation_kind {
    /// Whether the derivative needs the output rather than the input.
    var usesOutput: Bool { ck_activation_uses_output(self) }
}
