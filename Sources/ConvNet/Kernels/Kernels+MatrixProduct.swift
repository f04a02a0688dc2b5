import CKernels

/// The matrix product of whole tensors.
extension Kernels {
    /// op(A) op(B), where op(A) is m x k and op(B) is k x n; the stored matrices have no gaps between rows.
    static func matrixProduct(
        _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool
    ) -> [Float] {
        precondition(a.count == m * k && b.count == k * n, "factors hold \(a.count) and \(b.count) elements")
        var shape = ck_gemm_shape(m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
        let linear = ck_activation(kind: CK_LINEAR, alpha: 0)
        var workspace = [Float](repeating: 0, count: ck_gemm_workspace(&shape))
        return array(count: m * n) { ck_gemm(&shape, a, b, nil, linear, false, $0, &workspace) }
    }
}
