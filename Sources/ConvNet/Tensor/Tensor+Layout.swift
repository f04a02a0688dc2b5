extension Tensor {
    /// The same elements in another shape.
    ///
    /// - Parameter newShape: A shape with as many places. One length may be -1: it becomes what is left.
    public func reshaped(to newShape: [Int]) -> Tensor {
        Tensor(shape: Self.resolved(newShape, for: shape), scalars: scalars)
    }

    /// The tensor with its axes in reverse order: for rank 2, the transposed matrix.
    public func transposed() -> Tensor {
        transposed(permutation: Array((0..<rank).reversed()))
    }

    /// The tensor with its axes in another order.
    ///
    /// - Parameter permutation: For each axis of the result, the axis of this tensor that it is.
    public func transposed(permutation: [Int]) -> Tensor {
        precondition(
            permutation.sorted() == Array(0..<rank), "\(permutation) does not order the axes of shape \(shape)")
        return Tensor(
            shape: permutation.map { shape[$0] },
            scalars: Kernels.transpose(scalars, shape: shape, permutation: permutation))
    }

    /// `newShape` with its -1 filled in, checked against the shape that it replaces.
    static func resolved(_ newShape: [Int], for shape: [Int]) -> [Int] {
        let count = elementCount(of: shape)
        guard let free = newShape.firstIndex(of: -1) else {
            precondition(
                elementCount(of: newShape) == count, "shape \(shape) cannot be reshaped to \(newShape)")
            return newShape
        }
        var resolved = newShape
        resolved.remove(at: free)
        let rest = elementCount(of: resolved)
        precondition(
            rest > 0 && count.isMultiple(of: rest), "shape \(shape) cannot be reshaped to \(newShape)")
        resolved.insert(count / rest, at: free)
        return resolved
    }
}
