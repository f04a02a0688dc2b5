import Glibc

extension Tensor {
    /// A tensor of the same shape with `transform` applied to every element.
    public func map<Failure: Error>(_ transform: (Float) throws(Failure) -> Float) throws(Failure) -> Tensor {
        Tensor(shape: shape, scalars: try scalars.map(transform))
    }

    /// e to the power of every element.
    public func exp() -> Tensor { map(Glibc.exp) }

    /// The natural logarithm of every element.
    public func log() -> Tensor { map(Glibc.log) }

    /// The square root of every element.
    public func sqrt() -> Tensor { map { $0.squareRoot() } }

    /// The absolute value of every element.
    public func abs() -> Tensor { map { $0.magnitude } }

    /// The matrix product.
    ///
    /// Both tensors have rank 2; a vector becomes one by ``reshaped(to:)``.
    ///
    /// - Parameters:
    ///   - other: The right factor.
    ///   - transposingSelf: Whether this tensor, the left factor, counts as transposed.
    ///   - transposingOther: Whether the right factor counts as transposed.
    /// - Returns: Shape `[rows of the left factor, columns of the right one]`.
    public func matmul(_ other: Tensor, transposingSelf: Bool = false, transposingOther: Bool = false) -> Tensor {
        precondition(
            rank == 2 && other.rank == 2,
            "a matrix product needs two tensors of rank 2, but the shapes are \(shape) and \(other.shape)")
        let (m, k) = transposingSelf ? (shape[1], shape[0]) : (shape[0], shape[1])
        let (otherK, n) = transposingOther ? (other.shape[1], other.shape[0]) : (other.shape[0], other.shape[1])
        precondition(
            k == otherK,
            "shapes \(shape)\(transposingSelf ? " (transposed)" : "") and \(other.shape)"
                + "\(transposingOther ? " (transposed)" : "") have no matrix product")
        return Tensor(
            shape: [m, n],
            scalars: Kernels.matrixProduct(
                scalars, other.scalars, m: m, n: n, k: k, transposeA: transposingSelf, transposeB: transposingOther))
    }
}
