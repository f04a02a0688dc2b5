import CKernels

/// Picking rows of a data set: the first step of every batch.
extension Kernels {
    /// Row `indices[r]` of `source` becomes row `r` of `output`.
    ///
    /// - Parameters:
    ///   - count: How many rows are picked.
    ///   - indices: `count` row numbers, relative to `firstRow`.
    ///   - firstRow: The row of `source` that counts as 0.
    ///   - rowSize: Elements a row.
    static func gatherRows(
        count: Int, indices: UnsafePointer<Int32>, from source: [Float], firstRow: Int, rowSize: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        source.withUnsafeBufferPointer { source in
            guard let address = source.baseAddress else { return }
            ck_gather_rows(count, rowSize, indices, address + firstRow * rowSize, output)
        }
    }

    /// The same for bytes, each converted to a float and multiplied by `scale`.
    static func gatherRows(
        count: Int, indices: UnsafePointer<Int32>, from source: [UInt8], scale: Float, firstRow: Int, rowSize: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        source.withUnsafeBufferPointer { source in
            guard let address = source.baseAddress else { return }
            ck_gather_rows_u8(count, rowSize, indices, address + firstRow * rowSize, scale, output)
        }
    }
}
