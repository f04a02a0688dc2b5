import CKernels
import Glibc

/// A convolution or dense step that does the batch normalisation behind it as well, by weights and a bias of its own.
struct FoldedNormalization {
    /// Stands for both.
    let step: any ActivationHost
    /// Floats that it needs for a bias, where the step had none.
    let spareCount: Int
    private let normalization: BatchNormalizationStep
    private let kernel: Parameter
    private let oldBias: Parameter?
    private let newBias: Parameter

    /// Nil where there is an activation between the two, or what is normalised are not the step's channels.
    ///
    /// - Parameters:
    ///   - normalization: What reads the step's output, alone.
    ///   - step: The step before it.
    ///   - spareOffset: Where a bias may lie that is not there yet, among the trainable parameters.
    init?(_ normalization: BatchNormalizationStep, behind step: any Step, spareOffset: Int) {
        func bias(_ old: Parameter?) -> Parameter {
            old
                ?? Parameter(
                    name: normalization.movingMean.name + "/folded", shape: [normalization.channels], isTrainable: true,
                    initializer: .zeros, regularizer: nil, offset: spareOffset)
        }
        var host: any ActivationHost
        switch step {
        case let convolution as Conv2DStep
        where convolution.activation.isLinear && convolution.shape.out_channels == normalization.channels:
            (kernel, oldBias, newBias) = (convolution.kernel, convolution.bias, bias(convolution.bias))
            host = Conv2DStep(
                input: convolution.input, output: normalization.output, shape: convolution.shape, kernel: kernel,
                bias: newBias)
        case let dense as DenseStep where dense.activation.isLinear && dense.units == normalization.channels:
            (kernel, oldBias, newBias) = (dense.kernel, dense.bias, bias(dense.bias))
            host = DenseStep(
                input: dense.input, output: normalization.output, rows: dense.rows, inputs: dense.inputs,
                units: dense.units, kernel: kernel, bias: newBias)
        default:
            return nil
        }
        guard normalization.activation.isLinear || host.absorb(normalization.activation) else { return nil }
        self.step = host
        self.normalization = normalization
        spareCount = oldBias == nil ? (newBias.count + 15) / 16 * 16 : 0
    }

    /// Writes the kernel and the bias that do both.
    func apply(from source: ParameterStore, to result: ParameterStore) {
        let (mean, variance) = (
            source.values(normalization.movingMean).base, source.values(normalization.movingVariance).base
        )
        let gamma = normalization.gamma.map { source.values($0).base }
        let beta = normalization.beta.map { source.values($0).base }
        let before = oldBias.map { source.values($0).base }
        let bias = result.values(newBias).base
        let scales = (0..<normalization.channels).map { channel in
            Double(gamma?[channel] ?? 1) / sqrt(Double(variance[channel]) + Double(normalization.epsilon))
        }
        for (channel, scale) in scales.enumerated() {
            let shifted = Double(before?[channel] ?? 0) - Double(mean[channel])
            bias[channel] = Float(shifted * scale + Double(beta?[channel] ?? 0))
        }
        // The last dimension of either kernel is the channel.
        let (old, new) = (source.values(kernel), result.values(kernel))
        for row in stride(from: 0, to: old.count, by: scales.count) {
            for (channel, scale) in scales.enumerated() {
                new.base[row + channel] = Float(Double(old.base[row + channel]) * scale)
            }
        }
    }
}
