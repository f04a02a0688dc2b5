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
