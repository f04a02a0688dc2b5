import CKernels

/// Reductions of whole arrays and along one axis of an array seen as outer x length x inner.
extension Kernels {
    /// The sum, in double.
    static func sum(_ x: [Float]) -> Double {
        ck_sum(x.count, x)
    }

    /// Sums along the middle axis, in double.
    static func sum(_ x: [Float], outer: Int, length: Int, inner: Int) -> [Float] {
        precondition(x.count == outer * length * inner, "\(x.count) elements are not \(outer)x\(length)x\(inner)")
        var workspace = [Float](repeating: 0, count: inner > 1 ? ck_column_sums_workspace(length, inner) : 0)
        return array(count: outer * inner) { result in
            x.withUnsafeBufferPointer { x in
                guard let x = x.baseAddress, length > 0 else {
                    return result.initialize(repeating: 0, count: outer * inner)
                }
                for block in 0..<outer {
                    let source = x + block * length * inner
                    let target = result + block * inner
                    if inner == 1 {
                        target.initialize(to: Float(ck_sum(length, source)))
                    } else {
                        ck_column_sums(length, inner, source, target, &workspace)
                    }
                }
            }
        }
    }

    /// The element that wins along the middle axis by `isBetter`; NaN wins over everything.
    static func extreme(
        _ x: [Float], outer: Int, length: Int, inner: Int, isBetter: (Float, Float) -> Bool
    ) -> [Float] {
        precondition(x.count == outer * length * inner, "\(x.count) elements are not \(outer)x\(length)x\(inner)")
        return array(count: outer * inner) { result in
            x.withUnsafeBufferPointer { x in
                for block in 0..<outer {
                    let target = result + block * inner
                    for position in 0..<length {
                        let source = (block * length + position) * inner
                        for column in 0..<inner {
                            let candidate = x[source + column]
                            if position == 0 || candidate.isNaN || isBetter(candidate, target[column]) {
                                target[column] = candidate
                            }
                        }
                    }
                }
            }
        }
    }

    /// The index of the first maximum of each row; NaN counts as the largest.
    static func argmax(_ x: [Float], rows: Int, columns: Int) -> [Int] {
        precondition(x.count == rows * columns && columns > 0, "\(x.count) elements are not \(rows)x\(columns)")
        var indices = [Int32](repeating: 0, count: rows)
        ck_argmax(rows, columns, x, &indices)
        return indices.map(Int.init)
    }
}
