import CKernels

extension Kernels {
    /// Floats of workspace for ``gemm(_:a:b:bias:activation:accumulate:c:workspace:)``.
    static func gemmWorkspace(_ shape: ck_gemm_shape) -> Int {
        withUnsafePointer(to: shape) { ck_gemm_workspace($0) }
    }

    /// C = f(op(A) op(B) + bias), or C += op(A) op(B) with `accumulate`.
    static func gemm(
        _ shape: ck_gemm_shape, a: Floats, b: Floats, bias: Floats? = nil, activation: ck_activation = .linear,
        accumulate: Bool = false, c: Floats, workspace: Floats
    ) {
        expect(a, shape.m * shape.k, "matrix product, first factor")
        expect(b, shape.k * shape.n, "matrix product, second factor")
        expect(c, shape.m * shape.n, "matrix product, result")
        expect(bias, shape.n, "matrix product, bias")
        expect(workspace, gemmWorkspace(shape), "matrix product, workspace")
        withUnsafePointer(to: shape) {
            ck_gemm($0, a.base, b.base, bias?.base, activation, accumulate, c.base, workspace.base)
        }
    }

    /// C = op(A) op(B), at least where `wanted` is not zero; all of it where that is nil.
    static func gemm(_ shape: ck_gemm_shape, a: Floats, b: Floats, wanted: Floats?, c: Floats, workspace: Floats) {
        guard let wanted else { return gemm(shape, a: a, b: b, c: c, workspace: workspace) }
        expect(a, shape.m * shape.k, "matrix product, first factor")
        expect(b, shape.k * shape.n, "matrix product, second factor")
        expect(wanted, shape.m * shape.n, "matrix product, wanted elements")
        expect(c, shape.m * shape.n, "matrix product, result")
        expect(workspace, gemmWorkspace(shape), "matrix product, workspace")
        withUnsafePointer(to: shape) {
            ck_gemm_sampled($0, a.base, b.base, wanted.base, c.base, workspace.base)
        }
    }

    /// sums[c] = sum over rows of x[r, c].
    static func columnSums(rows: Int, columns: Int, x: Floats, sums: Floats, workspace: Floats) {
        expect(x, rows * columns, "column sums, input")
        expect(sums, columns, "column sums, result")
        expect(workspace, ck_column_sums_workspace(rows, columns), "column sums, workspace")
        ck_column_sums(rows, columns, x.base, sums.base, workspace.base)
    }
}

extension ck_gemm_shape {
    /// A shape whose matrices are stored without gaps.
    init(m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false) {
        self.init(
            m: m, n: n, k: k, lda: transposeA ? m : k, ldb: transposeB ? k : n, ldc: n,
            transpose_a: transposeA, transpose_b: transposeB,
            finite_b: false)
    }
}

extension ck_activation {
    static var linear: ck_activation { ck_activation(kind: CK_LINEAR, alpha: 0) }
}
