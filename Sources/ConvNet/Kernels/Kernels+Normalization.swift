import CKernels

/// Mean and biased variance of each channel.
struct ChannelStatistics {
    let mean: Floats
    let variance: Floats
}

extension Kernels {
    static func batchNormStatistics(
        rows: Int, channels: Int, x: Floats, statistics: ChannelStatistics, workspace: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(statistics, channels)
        expect(workspace, ck_batchnorm_workspace(rows, channels), "batch normalisation, workspace")
        ck_batchnorm_statistics(
            rows, channels, x.base, statistics.mean.base, statistics.variance.base, workspace.base)
    }

    static func batchNormApply(
        rows: Int, channels: Int, x: Floats, statistics: ChannelStatistics, epsilon: Float, gamma: Floats?,
        beta: Floats?, activation: ck_activation, y: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(y, rows * channels, "batch normalisation, output")
        expect(statistics, channels)
        ck_batchnorm_apply(
            rows, channels, x.base, statistics.mean.base, statistics.variance.base, epsilon, gamma?.base, beta?.base,
            activation, y.base)
    }

    /// `activation` is what ``batchNormApply(rows:channels:x:statistics:epsilon:gamma:beta:activation:y:)`` applied.
    static func batchNormBackward(
        rows: Int, channels: Int, x: Floats, dy: Floats, statistics: ChannelStatistics, epsilon: Float,
        gamma: Floats?, beta: Floats?, activation: ck_activation, dgamma: Floats?, dbeta: Floats?, dx: Floats?,
        workspace: Floats
    ) {
        expect(x, rows * channels, "batch normalisation, input")
        expect(dy, rows * channels, "batch normalisation, output gradient")
        expect(dx, rows * channels, "batch normalisation, input gradient")
        expect(statistics, channels)
        expect(workspace, ck_batchnorm_workspace(rows, channels), "batch normalisation, workspace")
        ck_batchnorm_backward(
            rows, channels, x.base, dy.base, statistics.mean.base, statistics.variance.base, epsilon, gamma?.base,
            beta?.base, activation, dgamma?.base, dbeta?.base, dx?.base, workspace.base)
    }

    /// Floats of workspace for the two below.
    static func batchNormMaxPoolWorkspace(_ shape: ck_pool2d_shape) -> Int {
        withUnsafePointer(to: shape) { ck_batchnorm_maxpool_workspace($0) }
    }

    /// Normalisation, ReLU where `isRectified`, and the maximum of each 2 x 2 window; `record` has a byte an output.
    static func batchNormMaxPoolApply(
        _ shape: ck_pool2d_shape, x: Floats, statistics: ChannelStatistics, epsilon: Float, gamma: Floats?,
        beta: Floats?, isRectified: Bool, y: Floats, record: Floats?, workspace: Floats
    ) {
        expect(x, shape.inputCount, "pooled batch normalisation, input")
        expect(y, shape.outputCount, "pooled batch normalisation, output")
        expect(record, (shape.outputCount + 3) / 4, "pooled batch normalisation, record")
        expect(statistics, shape.channels)
        expect(workspace, batchNormMaxPoolWorkspace(shape), "pooled batch normalisation, workspace")
        withUnsafePointer(to: shape) {
            ck_batchnorm_maxpool_apply(
                $0, x.base, statistics.mean.base, statistics.variance.base, epsilon, gamma?.base, beta?.base,
                isRectified, y.base, record?.bytes, workspace.base)
        }
    }

    static func batchNormMaxPoolBackward(
        _ shape: ck_pool2d_shape, x: Floats, dy: Floats, record: Floats, statistics: ChannelStatistics,
        epsilon: Float, gamma: Floats?, dgamma: Floats?, dbeta: Floats?, dx: Floats?, workspace: Floats
    ) {
        expect(x, shape.inputCount, "pooled batch normalisation, input")
        expect(dy, shape.outputCount, "pooled batch normalisation, output gradient")
        expect(record, (shape.outputCount + 3) / 4, "pooled batch normalisation, record")
        expect(dx, shape.inputCount, "pooled batch normalisation, input gradient")
        expect(statistics, shape.channels)
        expect(workspace, batchNormMaxPoolWorkspace(shape), "pooled batch normalisation, workspace")
        withUnsafePointer(to: shape) {
            ck_batchnorm_maxpool_backward(
                $0, x.base, dy.base, record.bytes, statistics.mean.base, statistics.variance.base, epsilon,
                gamma?.base, dgamma?.base, dbeta?.base, dx?.base, workspace.base)
        }
    }

    private static func expect(_ statistics: ChannelStatistics, _ channels: Int) {
        expect(statistics.mean, channels, "batch normalisation, mean")
        expect(statistics.variance, channels, "batch normalisation, variance")
    }
}
