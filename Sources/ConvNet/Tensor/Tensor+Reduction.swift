extension Tensor {
    /// The sum of all elements; 0 for none.
    public func sum() -> Float { Float(Kernels.sum(scalars)) }

    /// The mean of all elements; NaN for none.
    public func mean() -> Float { Float(Kernels.sum(scalars) / Double(count)) }

    /// The largest element; NaN where one is NaN. The tensor is not empty.
    public func max() -> Float { extreme(>) }

    /// The smallest element; NaN where one is NaN. The tensor is not empty.
    public func min() -> Float { extreme(<) }

    /// The position of the first largest element in row-major order; NaN counts as the largest. The tensor is not
    /// empty.
    public func argmax() -> Int {
        precondition(count > 0, "shape \(shape) has no largest element")
        return Kernels.argmax(scalars, rows: 1, columns: count)[0]
    }

    /// Sums along one axis.
    ///
    /// - Parameters:
    ///   - axis: The axis; negative ones count from the end.
    ///   - keepingDimension: Whether the axis stays, with length 1, so that the result broadcasts against this tensor.
    public func sum(axis: Int, keepingDimension: Bool = false) -> Tensor {
        reduced(axis: axis, keepingDimension: keepingDimension) { outer, length, inner in
            Kernels.sum(scalars, outer: outer, length: length, inner: inner)
        }
    }

    /// Means along one axis; NaN along an axis of length 0.
    ///
    /// - Parameters:
    ///   - axis: The axis; negative ones count from the end.
    ///   - keepingDimension: Whether the axis stays, with length 1.
    public func mean(axis: Int, keepingDimension: Bool = false) -> Tensor {
        sum(axis: axis, keepingDimension: keepingDimension) / Float(shape[normalized(axis: axis)])
    }

    /// The largest elements along one axis, which is not of length 0; NaN where one is NaN.
    ///
    /// - Parameters:
    ///   - axis: The axis; negative ones count from the end.
    ///   - keepingDimension: Whether the axis stays, with length 1.
    public func max(axis: Int, keepingDimension: Bool = false) -> Tensor {
        extreme(axis: axis, keepingDimension: keepingDimension, isBetter: >)
    }

    /// The smallest elements along one axis, which is not of length 0; NaN where one is NaN.
    ///
    /// - Parameters:
    ///   - axis: The axis; negative ones count from the end.
    ///   - keepingDimension: Whether the axis stays, with length 1.
    public func min(axis: Int, keepingDimension: Bool = false) -> Tensor {
        extreme(axis: axis, keepingDimension: keepingDimension, isBetter: <)
    }

    /// The positions of the first largest elements along one axis, which is not of length 0; NaN counts as the largest.
    ///
    /// - Parameter axis: The axis; negative ones count from the end.
    /// - Returns: One position for each place of the other axes, in row-major order.
    public func argmax(axis: Int) -> [Int] {
        let axis = normalized(axis: axis)
        precondition(shape[axis] > 0, "axis \(axis) of shape \(shape) has no largest element")
        let last = transposed(permutation: shape.indices.filter { $0 != axis } + [axis])
        return Kernels.argmax(last.scalars, rows: count / shape[axis], columns: shape[axis])
    }

    private func extreme(_ isBetter: (Float, Float) -> Bool) -> Float {
        precondition(count > 0, "shape \(shape) has no largest or smallest element")
        return Kernels.extreme(scalars, outer: 1, length: count, inner: 1, isBetter: isBetter)[0]
    }

    private func extreme(axis: Int, keepingDimension: Bool, isBetter: (Float, Float) -> Bool) -> Tensor {
        reduced(axis: axis, keepingDimension: keepingDimension) { outer, length, inner in
            precondition(length > 0, "axis \(axis) of shape \(shape) has no largest or smallest element")
            return Kernels.extreme(scalars, outer: outer, length: length, inner: inner, isBetter: isBetter)
        }
    }

    private func reduced(
        axis: Int, keepingDimension: Bool, _ reduce: (_ outer: Int, _ length: Int, _ inner: Int) -> [Float]
    ) -> Tensor {
        let axis = normalized(axis: axis)
        var newShape = shape
        if keepingDimension { newShape[axis] = 1 } else { newShape.remove(at: axis) }
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        return Tensor(shape: newShape, scalars: reduce(outer, shape[axis], inner))
    }
}
