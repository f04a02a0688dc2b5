import CKernels

/// Copies that change the order of elements.
extension Kernels {
    /// The elements of an array of shape `shape` with its axes in the order of `permutation`.
    static func transpose(_ x: [Float], shape: [Int], permutation: [Int]) -> [Float] {
        guard !x.isEmpty else { return x }
        // Axes that stay neighbours move as one, and those of length 1 do not matter, so that most orders come down to
        // swapping the last two of three.
        let (lengths, order) = merged(shape: shape, permutation: permutation)
        switch order {
        case [], [0]:
            return x
        case [1, 0]:
            return array(count: x.count) { ck_transpose(1, lengths[0], lengths[1], x, $0) }
        case [0, 2, 1]:
            return array(count: x.count) { ck_transpose(lengths[0], lengths[1], lengths[2], x, $0) }
        default:
            return gather(x, lengths: order.map { lengths[$0] }, strides: strides(of: lengths, order: order))
        }
    }

    /// Drops axes of length 1 and joins axes that follow each other before and after.
    private static func merged(shape: [Int], permutation: [Int]) -> (lengths: [Int], order: [Int]) {
        let kept = shape.indices.filter { shape[$0] != 1 }
        var runs: [Range<Int>] = []
        for axis in permutation.compactMap({ kept.firstIndex(of: $0) }) {
            if let last = runs.last, last.upperBound == axis {
                runs[runs.count - 1] = last.lowerBound..<axis + 1
            } else {
                runs.append(axis..<axis + 1)
            }
        }
        let oldOrder = runs.indices.sorted { runs[$0].lowerBound < runs[$1].lowerBound }
        let lengths = oldOrder.map { run in runs[run].reduce(1) { $0 * shape[kept[$1]] } }
        let order = runs.indices.compactMap { oldOrder.firstIndex(of: $0) }
        return (lengths, order)
    }

    private static func strides(of lengths: [Int], order: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: lengths.count)
        for axis in lengths.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * lengths[axis + 1]
        }
        return order.map { strides[$0] }
    }

    /// Reads `x` in the order of an index that runs over `lengths`, stepping by `strides`.
    private static func gather(_ x: [Float], lengths: [Int], strides: [Int]) -> [Float] {
        let run = lengths[lengths.count - 1]
        let step = strides[strides.count - 1]
        var index = [Int](repeating: 0, count: lengths.count - 1)
        var offset = 0
        return array(count: x.count) { result in
            x.withUnsafeBufferPointer { x in
                for block in 0..<x.count / run {
                    for position in 0..<run {
                        result[block * run + position] = x[offset + position * step]
                    }
                    var axis = index.count - 1
                    while axis >= 0 {
                        index[axis] += 1
                        offset += strides[axis]
                        if index[axis] < lengths[axis] { break }
                        offset -= strides[axis] * lengths[axis]
                        index[axis] = 0
                        axis -= 1
                    }
                }
            }
        }
    }
}
