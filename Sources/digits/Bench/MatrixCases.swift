import CKernels

/// Matrix products.
enum MatrixCases {
    /// How the factors are stored: `A B`, `A' B` (A transposed) or `A B'`.
    enum Form: String {
        case plain = "AB"
        case transposedLeft = "A'B"
        case transposedRight = "AB'"
    }

    /// C (m x n) = op(A) op(B), the sum over k; with a bias and ReLU where a dense layer has them.
    ///
    /// - Parameter rowLength: Distance of rows of all three matrices, where it is not their width.
    static func product(
        _ form: Form, _ m: Int, _ n: Int, _ k: Int, rowLength: Int? = nil, dense: Bool = false
    ) -> KernelCase {
        let left = form == .transposedLeft ? (rows: k, columns: m) : (rows: m, columns: k)
        let right = form == .transposedRight ? (rows: n, columns: k) : (rows: k, columns: n)
        let shape = ck_gemm_shape(
            m: m, n: n, k: k, lda: rowLength ?? left.columns, ldb: rowLength ?? right.columns, ldc: rowLength ?? n,
            transpose_a: form == .transposedLeft, transpose_b: form == .transposedRight, finite_b: false)
        return KernelCase(
            kernel: "gemm", variant: dense ? "\(form.rawValue) bias ReLU" : form.rawValue,
            shape: "\(m)x\(n)x\(k)" + (rowLength.map { " rows \($0) apart" } ?? ""),
            operations: 2 * Double(m) * Double(n) * Double(k), reads: floatBytes(m * k, k * n),
            writes: floatBytes(m * n)
        ) { memory in
            var shape = shape
            let a = memory.floats(left.rows * shape.lda), b = memory.floats(right.rows * shape.ldb)
            let c = memory.zeros(m * shape.ldc), bias = dense ? memory.floats(n) : nil
            let workspace = memory.zeros(ck_gemm_workspace(&shape))
            let activation = ck_activation(kind: dense ? CK_RELU : CK_LINEAR, alpha: 0)
            return { ck_gemm(&shape, a, b, bias, activation, false, c, workspace) }
        }
    }

    /// The three products of a dense layer in training: outputs, gradient of the weights, gradient of the inputs.
    static func layer(batch: Int, inputs: Int, units: Int, isFirst: Bool) -> [KernelCase] {
        [
            product(.plain, batch, units, inputs, dense: true),
            product(.transposedLeft, inputs, units, batch),
        ] + (isFirst ? [] : [product(.transposedRight, batch, inputs, units)])
    }

    /// Squares, also with rows that lie a power of two apart; few rows; and the transposed forms at size.
    static var sweep: [KernelCase] {
        [512, 1000, 1024, 2000, 2048, 4096].map { product(.plain, $0, $0, $0) }
            + [1024, 2048, 4096].flatMap {
                [product(.transposedLeft, $0, $0, $0), product(.transposedRight, $0, $0, $0)]
            }
            + [(1000, 1024), (2000, 2048)].map { product(.plain, $0, $0, $0, rowLength: $1) }
            + [1, 2, 4, 8, 16, 32, 64].map { product(.plain, $0, 512, 784, dense: true) }
            + [(18432, 32, 9), (18432, 64, 288)].map { product(.plain, $0, $1, $2) }
    }
}
