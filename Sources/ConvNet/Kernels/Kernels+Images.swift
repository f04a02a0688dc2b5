import CKernels

extension Kernels {
    static func conv2DForwardWorkspace(_ shape: ck_conv2d_shape) -> Int {
        withUnsafePointer(to: shape) { ck_conv2d_forward_workspace($0) }
    }

    static func conv2DBackwardWorkspace(_ shape: ck_conv2d_shape) -> Int {
        withUnsafePointer(to: shape) {
            max(ck_conv2d_backward_input_workspace($0), ck_conv2d_backward_weights_workspace($0))
        }
    }

    static func conv2DAlgorithms(_ shape: ck_conv2d_shape) -> (forward: String, backward: String) {
        func name(_ algorithm: ck_conv2d_algorithm) -> String {
            algorithm == CK_CONV2D_WINOGRAD ? "Winograd" : "direct"
        }
        return withUnsafePointer(to: shape) {
            (name(ck_conv2d_forward_algorithm($0)), name(ck_conv2d_backward_algorithm($0)))
        }
    }

    /// Floats of weights in the form that the forward pass multiplies by; 0 where it takes them as they are.
    static func conv2DPreparedCount(_ shape: ck_conv2d_shape) -> Int {
        withUnsafePointer(to: shape) { ck_conv2d_prepared_size($0) }
    }

    static func conv2DPrepare(_ shape: ck_conv2d_shape, w: Floats, prepared: Floats) {
        expect(w, shape.weightCount, "convolution, weights")
        expect(prepared, conv2DPreparedCount(shape), "convolution, prepared weights")
        withUnsafePointer(to: shape) { ck_conv2d_prepare($0, w.base, prepared.base) }
    }

    /// y = f(x * w + bias).
    static func conv2DForward(
        _ shape: ck_conv2d_shape, x: Floats, w: Floats, prepared: Floats?, bias: Floats?, activation: ck_activation,
        y: Floats, workspace: Floats
    ) {
        expect(x, shape.inputCount, "convolution, input")
        expect(w, shape.weightCount, "convolution, weights")
        expect(prepared, conv2DPreparedCount(shape), "convolution, prepared weights")
        expect(bias, shape.out_channels, "convolution, bias")
        expect(y, shape.outputCount, "convolution, output")
        expect(workspace, conv2DForwardWorkspace(shape), "convolution, workspace")
        withUnsafePointer(to: shape) {
            ck_conv2d_forward(
                $0, x.base, w.base, prepared?.base, bias?.base, activation, y.base, workspace.base)
        }
    }

    static func conv2DBackwardInput(
        _ shape: ck_conv2d_shape, dy: Floats, w: Floats, dx: Floats, workspace: Floats
    ) {
        expect(dy, shape.outputCount, "convolution, output gradient")
        expect(w, shape.weightCount, "convolution, weights")
        expect(dx, shape.inputCount, "convolution, input gradient")
        expect(workspace, conv2DBackwardWorkspace(shape), "convolution, workspace")
        withUnsafePointer(to: shape) { ck_conv2d_backward_input($0, dy.base, w.base, dx.base, workspace.base) }
    }

    static func conv2DBackwardWeights(
        _ shape: ck_conv2d_shape, x: Floats, dy: Floats, dw: Floats, dbias: Floats?, workspace: Floats
    ) {
        expect(x, shape.inputCount, "convolution, input")
        expect(dy, shape.outputCount, "convolution, output gradient")
        expect(dw, shape.weightCount, "convolution, weight gradient")
        expect(dbias, shape.out_channels, "convolution, bias gradient")
        expect(workspace, conv2DBackwardWorkspace(shape), "convolution, workspace")
        withUnsafePointer(to: shape) {
            ck_conv2d_backward_weights($0, x.base, dy.base, dw.base, dbias?.base, workspace.base)
        }
    }

    static func conv2DMaxPoolForwardWorkspace(_ shape: ck_conv2d_shape) -> Int {
        withUnsafePointer(to: shape) { ck_conv2d_maxpool_forward_workspace($0) }
    }

    static func conv2DMaxPoolBackwardWorkspace(_ shape: ck_conv2d_shape, hasInputGradient: Bool) -> Int {
        withUnsafePointer(to: shape) { ck_conv2d_maxpool_backward_workspace($0, hasInputGradient) }
    }

    /// The maximum of 2 x 2 windows of f(x * w + bias); the record has a byte an output.
    static func conv2DMaxPoolForward(
        _ shape: ck_conv2d_shape, x: Floats, w: Floats, prepared: Floats?, bias: Floats?, isRectified: Bool, y: Floats,
        record: Floats?, workspace: Floats
    ) {
        expect(x, shape.inputCount, "convolution with pooling, input")
        expect(w, shape.weightCount, "convolution with pooling, weights")
        expect(prepared, conv2DPreparedCount(shape), "convolution with pooling, prepared weights")
        expect(bias, shape.out_channels, "convolution with pooling, bias")
        expect(y, shape.pooledCount, "convolution with pooling, output")
        expect(record, (shape.pooledCount + 3) / 4, "convolution with pooling, record")
        expect(workspace, conv2DMaxPoolForwardWorkspace(shape), "convolution with pooling, workspace")
        withUnsafePointer(to: shape) {
            ck_conv2d_maxpool_forward(
                $0, x.base, w.base, prepared?.base, bias?.base, isRectified, y.base, record?.bytes,
                workspace.base)
        }
    }

    static func conv2DMaxPoolBackward(
        _ shape: ck_conv2d_shape, x: Floats, w: Floats, record: Floats, dy: Floats, dx: Floats?, dw: Floats,
        dbias: Floats?, workspace: Floats
    ) {
        expect(x, shape.inputCount, "convolution with pooling, input")
        expect(w, shape.weightCount, "convolution with pooling, weights")
        expect(record, (shape.pooledCount + 3) / 4, "convolution with pooling, record")
        expect(dy, shape.pooledCount, "convolution with pooling, output gradient")
        expect(dx, shape.inputCount, "convolution with pooling, input gradient")
        expect(dw, shape.weightCount, "convolution with pooling, weight gradient")
        expect(dbias, shape.out_channels, "convolution with pooling, bias gradient")
        expect(
            workspace, conv2DMaxPoolBackwardWorkspace(shape, hasInputGradient: dx != nil),
            "convolution with pooling, workspace")
        withUnsafePointer(to: shape) {
            ck_conv2d_maxpool_backward(
                $0, x.base, w.base, record.bytes, dy.base, dx?.base, dw.base, dbias?.base, workspace.base)
        }
    }

    /// Bytes of the record of where each maximum was.
    static func maxPoolRecordSize(_ shape: ck_pool2d_shape) -> Int {
        withUnsafePointer(to: shape) { ck_maxpool2d_record_size($0) }
    }

    static func maxPoolForward(_ shape: ck_pool2d_shape, x: Floats, y: Floats, record: Floats?) {
        expect(x, shape.inputCount, "max pooling, input")
        expect(y, shape.outputCount, "max pooling, output")
        expect(record, (maxPoolRecordSize(shape) + 3) / 4, "max pooling, record")
        withUnsafePointer(to: shape) { ck_maxpool2d_forward($0, x.base, y.base, record?.base) }
    }

    static func maxPoolBackward(_ shape: ck_pool2d_shape, dy: Floats, record: Floats, dx: Floats) {
        expect(dy, shape.outputCount, "max pooling, output gradient")
        expect(dx, shape.inputCount, "max pooling, input gradient")
        expect(record, (maxPoolRecordSize(shape) + 3) / 4, "max pooling, record")
        withUnsafePointer(to: shape) { ck_maxpool2d_backward($0, dy.base, record.base, dx.base) }
    }

    static func averagePoolForward(_ shape: ck_pool2d_shape, x: Floats, y: Floats) {
        expect(x, shape.inputCount, "average pooling, input")
        expect(y, shape.outputCount, "average pooling, output")
        withUnsafePointer(to: shape) { ck_avgpool2d_forward($0, x.base, y.base) }
    }

    static func averagePoolBackward(_ shape: ck_pool2d_shape, dy: Floats, dx: Floats) {
        expect(dy, shape.outputCount, "average pooling, output gradient")
        expect(dx, shape.inputCount, "average pooling, input gradient")
        withUnsafePointer(to: shape) { ck_avgpool2d_backward($0, dy.base, dx.base) }
    }

    static func padForward(_ shape: ck_pad2d_shape, x: Floats, y: Floats) {
        expect(x, shape.inputCount, "padding, input")
        expect(y, shape.outputCount, "padding, output")
        withUnsafePointer(to: shape) { ck_pad2d_forward($0, x.base, y.base) }
    }

    static func padBackward(_ shape: ck_pad2d_shape, dy: Floats, dx: Floats) {
        expect(dy, shape.outputCount, "padding, output gradient")
        expect(dx, shape.inputCount, "padding, input gradient")
        withUnsafePointer(to: shape) { ck_pad2d_backward($0, dy.base, dx.base) }
    }

    /// y[b, j, i] = x[b, i, j].
    static func transpose(batch: Int, rows: Int, columns: Int, x: Floats, y: Floats) {
        expect(x, batch * rows * columns, "transposition, input")
        expect(y, batch * rows * columns, "transposition, output")
        ck_transpose(batch, rows, columns, x.base, y.base)
    }
}

extension ck_conv2d_shape {
    var inputCount: Int { batch * in_height * in_width * in_channels }
    var outputCount: Int { batch * out_height * out_width * out_channels }
    var weightCount: Int { kernel_height * kernel_width * in_channels * out_channels }
    /// Behind 2 x 2 pooling.
    var pooledCount: Int { batch * (out_height / 2) * (out_width / 2) * out_channels }
}

extension ck_pool2d_shape {
    var inputCount: Int { batch * in_height * in_width * channels }
    var outputCount: Int { batch * out_height * out_width * channels }
}

extension ck_pad2d_shape {
    var inputCount: Int { batch * in_height * in_width * channels }
    var outputCount: Int { batch * (in_height + top + bottom) * (in_width + left + right) * channels }
}
