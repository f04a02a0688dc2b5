extension Tensor {
    /// The element at an index for each axis.
    public subscript(_ indices: Int...) -> Float {
        get { scalars[offset(of: indices)] }
        set { scalars[offset(of: indices)] = newValue }
    }

    /// One entry along axis 0, without that axis: a row of a matrix, an image of a batch. A copy.
    ///
    /// - Parameter row: An index along axis 0.
    public subscript(row row: Int) -> Tensor {
        precondition(rank > 0, "a scalar has no rows")
        precondition((0..<shape[0]).contains(row), "row \(row) is outside shape \(shape)")
        let size = shape.dropFirst().reduce(1, *)
        return Tensor(shape: Array(shape.dropFirst()), scalars: Array(scalars[row * size..<(row + 1) * size]))
    }

    /// Some entries along axis 0, with that axis kept. A copy.
    ///
    /// - Parameter range: Indices along axis 0.
    public subscript(_ range: Range<Int>) -> Tensor {
        slice(axis: 0, range: range)
    }

    /// The part of the tensor whose index along one axis lies in a range. A copy of the same rank.
    ///
    /// - Parameters:
    ///   - axis: The axis; negative ones count from the end.
    ///   - range: Indices along that axis.
    public func slice(axis: Int, range: Range<Int>) -> Tensor {
        let axis = normalized(axis: axis)
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[axis],
            "\(range) is outside axis \(axis) of shape \(shape)")
        var newShape = shape
        newShape[axis] = range.count
        let inner = shape[(axis + 1)...].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        var result: [Float] = []
        result.reserveCapacity(outer * range.count * inner)
        for block in 0..<outer {
            let start = block * shape[axis] * inner
            result += scalars[start + range.lowerBound * inner..<start + range.upperBound * inner]
        }
        return Tensor(shape: newShape, scalars: result)
    }

    private func offset(of indices: [Int]) -> Int {
        precondition(indices.count == rank, "index \(indices) does not fit shape \(shape)")
        var offset = 0
        for (index, length) in zip(indices, shape) {
            precondition((0..<length).contains(index), "index \(indices) is outside shape \(shape)")
            offset = offset * length + index
        }
        return offset
    }
}
