import CKernels

/// Convolution and pooling.
enum ImageCases {
    /// A square convolution on square images.
    struct Convolution {
        var batch: Int
        var side: Int
        var inputs: Int
        var outputs: Int
        var kernel: Int
        var stride = 1
        var padding = 0

        fileprivate var sideAfter: Int { (side + 2 * padding - kernel) / stride + 1 }

        fileprivate var shape: ck_conv2d_shape {
            var shape = ck_conv2d_shape()
            (shape.batch, shape.in_channels, shape.out_channels) = (batch, inputs, outputs)
            (shape.in_height, shape.in_width) = (side, side)
            (shape.out_height, shape.out_width) = (sideAfter, sideAfter)
            (shape.kernel_height, shape.kernel_width) = (kernel, kernel)
            (shape.stride_height, shape.stride_width) = (stride, stride)
            (shape.dilation_height, shape.dilation_width) = (1, 1)
            (shape.pad_top, shape.pad_left) = (padding, padding)
            return shape
        }

        /// Whether the kernels may choose Winograd's algorithm, so that timing both says something.
        fileprivate var hasChoice: Bool { kernel == 3 && stride == 1 && inputs >= 12 && outputs >= 12 }

        fileprivate var text: String {
            "\(batch)x\(side)x\(side)x\(inputs) \(kernel)x\(kernel) \(outputs)"
                + (stride > 1 ? " stride \(stride)" : "") + (padding > 0 ? " padded" : "")
        }
    }

    private enum Pass: String {
        case forward, inputGradient = "input gradient", weightGradient = "weight gradient"
    }

    /// The passes of a layer in training, each with the algorithm that the kernels choose and, where they have a choice, with
    /// direct sums. The first layer of a network needs no gradient of its inputs.
    static func layer(_ convolution: Convolution, isFirst: Bool) -> [KernelCase] {
        let passes: [Pass] = isFirst ? [.forward, .weightGradient] : [.forward, .inputGradient, .weightGradient]
        return passes.flatMap { pass in
            [kernelCase(convolution, pass, CK_CONV2D_AUTOMATIC)]
                + (convolution.hasChoice ? [kernelCase(convolution, pass, CK_CONV2D_DIRECT)] : [])
        }
    }

    /// The forward pass alone: prediction.
    static func prediction(_ convolution: Convolution) -> KernelCase {
        kernelCase(convolution, .forward, CK_CONV2D_AUTOMATIC)
    }

    private static func kernelCase(
        _ convolution: Convolution, _ pass: Pass, _ algorithm: ck_conv2d_algorithm
    ) -> KernelCase {
        var shape = convolution.shape
        shape.algorithm = algorithm
        let x = convolution.batch * convolution.side * convolution.side * convolution.inputs
        let y = convolution.batch * convolution.sideAfter * convolution.sideAfter * convolution.outputs
        let taps = convolution.kernel * convolution.kernel * convolution.inputs
        let w = taps * convolution.outputs
        let (reads, writes) =
            switch pass {
            case .forward: (floatBytes(x, w, convolution.outputs), floatBytes(y))
            case .inputGradient: (floatBytes(y, w), floatBytes(x))
            case .weightGradient: (floatBytes(x, y), floatBytes(w, convolution.outputs))
            }
        return KernelCase(
            kernel: "conv2d", variant: pass.rawValue + (algorithm == CK_CONV2D_DIRECT ? ", direct" : ""),
            shape: convolution.text, operations: 2 * Double(y) * Double(taps), reads: reads, writes: writes
        ) { [shape] memory in
            var shape = shape
            let weights = memory.floats(w, from: -0.06, to: 0.06)
            switch pass {
            case .forward:
                let input = memory.floats(x, from: 0), bias = memory.floats(convolution.outputs)
                let output = memory.zeros(y)
                let workspace = memory.zeros(ck_conv2d_forward_workspace(&shape))
                let relu = ck_activation(kind: CK_RELU, alpha: 0)
                return { ck_conv2d_forward(&shape, input, weights, nil, bias, relu, output, workspace) }
            case .inputGradient:
                let gradient = memory.floats(y), output = memory.zeros(x)
                let workspace = memory.zeros(ck_conv2d_backward_input_workspace(&shape))
                return { ck_conv2d_backward_input(&shape, gradient, weights, output, workspace) }
            case .weightGradient:
                let input = memory.floats(x, from: 0), gradient = memory.floats(y)
                let bias = memory.zeros(convolution.outputs)
                let workspace = memory.zeros(ck_conv2d_backward_weights_workspace(&shape))
                return { ck_conv2d_backward_weights(&shape, input, gradient, weights, bias, workspace) }
            }
        }
    }

    /// A layer in training with 2 x 2 maximum pooling fused behind it: forward, and all gradients in one.
    static func pooledLayer(_ convolution: Convolution, isFirst: Bool) -> [KernelCase] {
        let shape = convolution.shape
        let after = convolution.sideAfter / 2
        let x = convolution.batch * convolution.side * convolution.side * convolution.inputs
        let y = convolution.batch * after * after * convolution.outputs
        let taps = convolution.kernel * convolution.kernel * convolution.inputs
        let w = taps * convolution.outputs
        let outputs = convolution.batch * convolution.sideAfter * convolution.sideAfter * convolution.outputs
        let operations = 2 * Double(outputs) * Double(taps)
        return [
            KernelCase(
                kernel: "conv2d and max pooling", variant: "forward", shape: convolution.text, operations: operations,
                reads: floatBytes(x, w, convolution.outputs), writes: floatBytes(y) + Double(y)
            ) { memory in
                var shape = shape
                let input = memory.floats(x, from: 0), weights = memory.floats(w, from: -0.06, to: 0.06)
                let bias = memory.floats(convolution.outputs), output = memory.zeros(y), places = memory.bytes(y)
                let workspace = memory.zeros(ck_conv2d_maxpool_forward_workspace(&shape))
                return { ck_conv2d_maxpool_forward(&shape, input, weights, nil, bias, true, output, places, workspace) }
            },
            KernelCase(
                kernel: "conv2d and max pooling", variant: isFirst ? "weight gradient" : "both gradients",
                shape: convolution.text, operations: operations * (isFirst ? 1 : 2),
                reads: floatBytes(x, y) + Double(y) + (isFirst ? 0 : floatBytes(w)),
                writes: floatBytes(w, convolution.outputs) + (isFirst ? 0 : floatBytes(x))
            ) { memory in
                var shape = shape
                let input = memory.floats(x, from: 0), weights = memory.floats(w, from: -0.06, to: 0.06)
                let unused = memory.zeros(y), places = memory.bytes(y), gradient = memory.floats(y)
                let forward = memory.zeros(ck_conv2d_maxpool_forward_workspace(&shape))
                ck_conv2d_maxpool_forward(&shape, input, weights, nil, nil, true, unused, places, forward)
                let inputGradient = isFirst ? nil : memory.zeros(x)
                let weightGradient = memory.zeros(w), biasGradient = memory.zeros(convolution.outputs)
                let workspace = memory.zeros(ck_conv2d_maxpool_backward_workspace(&shape, !isFirst))
                return {
                    ck_conv2d_maxpool_backward(
                        &shape, input, weights, places, gradient, inputGradient, weightGradient, biasGradient,
                        workspace)
                }
            },
        ]
    }

    /// Pooling of square windows that do not overlap.
    static func pooling(batch: Int, side: Int, channels: Int, window: Int, average: Bool = false) -> [KernelCase] {
        let after = side / window
        let shape = ck_pool2d_shape(
            batch: batch, in_height: side, in_width: side, channels: channels, out_height: after, out_width: after,
            window_height: window, window_width: window, stride_height: window, stride_width: window, pad_top: 0,
            pad_left: 0)
        let x = batch * side * side * channels, y = batch * after * after * channels
        var sized = shape
        let record = average ? 0 : ck_maxpool2d_record_size(&sized)
        let kernel = average ? "average pooling" : "max pooling"
        let text = "\(batch)x\(side)x\(side)x\(channels) \(window)x\(window)"
        return [
            KernelCase(
                kernel: kernel, variant: "forward", shape: text, operations: Double(x), reads: floatBytes(x),
                writes: floatBytes(y) + Double(record)
            ) { memory in
                var shape = shape
                let input = memory.floats(x), output = memory.zeros(y), places = memory.bytes(record)
                if average { return { ck_avgpool2d_forward(&shape, input, output) } }
                return { ck_maxpool2d_forward(&shape, input, output, places) }
            },
            KernelCase(
                kernel: kernel, variant: "gradient", shape: text, operations: Double(y),
                reads: floatBytes(y) + Double(record), writes: floatBytes(x)
            ) { memory in
                var shape = shape
                let input = memory.floats(x), gradient = memory.floats(y), output = memory.zeros(x)
                let unused = memory.zeros(y), places = memory.bytes(record)
                if average { return { ck_avgpool2d_backward(&shape, gradient, output) } }
                ck_maxpool2d_forward(&shape, input, unused, places)
                return { ck_maxpool2d_backward(&shape, gradient, places, output) }
            },
        ]
    }

    /// Layers of larger networks, other strides and windows.
    static var sweep: [KernelCase] {
        [
            Convolution(batch: 32, side: 32, inputs: 3, outputs: 32, kernel: 3, padding: 1),
            Convolution(batch: 32, side: 14, inputs: 64, outputs: 64, kernel: 3, padding: 1),
            Convolution(batch: 32, side: 14, inputs: 128, outputs: 128, kernel: 3, padding: 1),
            Convolution(batch: 32, side: 14, inputs: 64, outputs: 128, kernel: 1),
            Convolution(batch: 32, side: 14, inputs: 32, outputs: 32, kernel: 5, padding: 2),
            Convolution(batch: 32, side: 28, inputs: 32, outputs: 64, kernel: 3, stride: 2, padding: 1),
        ].flatMap { layer($0, isFirst: false) }
            + pooling(batch: 32, side: 24, channels: 64, window: 2, average: true)
            + pooling(batch: 32, side: 7, channels: 512, window: 7, average: true)
    }
}
