import CKernels

/// Arithmetic of two operands with NumPy's broadcasting.
extension Kernels {
    /// The shape that two shapes broadcast to: aligned at the last axis, each pair of lengths equal or one of them 1.
    /// Nil where they do not fit.
    static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
        let rank = max(a.count, b.count)
        var result = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let (axisA, axisB) = (axis - (rank - a.count), axis - (rank - b.count))
            let lengthA = axisA < 0 ? 1 : a[axisA]
            let lengthB = axisB < 0 ? 1 : b[axisB]
            guard lengthA == lengthB || lengthA == 1 || lengthB == 1 else { return nil }
            result[axis] = lengthA == 1 ? lengthB : lengthA
        }
        return result
    }

    /// y[i] = a[i] op b[i] for operands of one shape.
    static func binary(_ kind: ck_binary_kind, _ a: [Float], _ b: [Float]) -> [Float] {
        precondition(a.count == b.count, "operands hold \(a.count) and \(b.count) elements")
        return array(count: a.count) { ck_binary(kind, a.count, a, b, $0) }
    }

    /// y[i] = a[i] op scalar.
    static func binary(_ kind: ck_binary_kind, _ a: [Float], _ scalar: Float) -> [Float] {
        array(count: a.count) { ck_binary_scalar(kind, a.count, a, scalar, $0) }
    }

    /// y[i] = scalar op b[i].
    static func binary(_ kind: ck_binary_kind, _ scalar: Float, _ b: [Float]) -> [Float] {
        array(count: b.count) { result in
            result.initialize(repeating: scalar, count: b.count)
            ck_binary(kind, b.count, result, b, result)
        }
    }

    /// a[i] = a[i] op b[i].
    static func binaryInPlace(_ kind: ck_binary_kind, _ a: inout [Float], _ b: [Float]) {
        precondition(a.count == b.count, "operands hold \(a.count) and \(b.count) elements")
        let count = a.count
        a.withUnsafeMutableBufferPointer { buffer in
            guard let address = buffer.baseAddress else { return }
            ck_binary(kind, count, address, b, address)
        }
    }

    /// a[i] = a[i] op scalar.
    static func binaryInPlace(_ kind: ck_binary_kind, _ a: inout [Float], _ scalar: Float) {
        let count = a.count
        a.withUnsafeMutableBufferPointer { buffer in
            guard let address = buffer.baseAddress else { return }
            ck_binary_scalar(kind, count, address, scalar, address)
        }
    }

    /// y = a op b, where `shape` is what both shapes broadcast to.
    ///
    /// The trailing axes along which each operand either runs through or stands still are one run, which is one kernel
    /// call.
    static func broadcastBinary(
        _ kind: ck_binary_kind, _ a: [Float], shapeA: [Int], _ b: [Float], shapeB: [Int], to shape: [Int]
    ) -> [Float] {
        let stridesA = broadcastStrides(of: shapeA, to: shape)
        let stridesB = broadcastStrides(of: shapeB, to: shape)
        // Axes of length 1 fit any run; the first longer one from the end decides which operand stands still.
        var outerAxes = shape.count
        var runsA: Bool?
        var runsB: Bool?
        while outerAxes > 0 {
            let axis = outerAxes - 1
            if shape[axis] != 1 {
                let (movesA, movesB) = (stridesA[axis] != 0, stridesB[axis] != 0)
                guard movesA == runsA ?? movesA, movesB == runsB ?? movesB else { break }
                (runsA, runsB) = (movesA, movesB)
            }
            outerAxes = axis
        }
        let run = shape[outerAxes...].reduce(1, *)
        let outerShape = Array(shape[..<outerAxes])
        let count = shape.reduce(1, *)
        return array(count: count) { result in
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    guard let a = a.baseAddress, let b = b.baseAddress else { return }
                    var output = result
                    forEachOffset(in: outerShape, stridesA, stridesB) { offsetA, offsetB in
                        // Never do both stand still: an axis longer than 1 is one operand's own.
                        if runsB == false {
                            ck_binary_scalar(kind, run, a + offsetA, b[offsetB], output)
                        } else if runsA == false {
                            output.initialize(repeating: a[offsetA], count: run)
                            ck_binary(kind, run, output, b + offsetB, output)
                        } else {
                            ck_binary(kind, run, a + offsetA, b + offsetB, output)
                        }
                        output += run
                    }
                }
            }
        }
    }

    /// Strides of an operand seen in the broadcast shape: 0 along axes where it stands still.
    private static func broadcastStrides(of operand: [Int], to shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 0, count: shape.count)
        var stride = 1
        for axis in operand.indices.reversed() {
            if operand[axis] != 1 { strides[axis + shape.count - operand.count] = stride }
            stride *= operand[axis]
        }
        return strides
    }

    /// Visits the indices of `shape` in row-major order with the two offsets that the strides give.
    private static func forEachOffset(
        in shape: [Int], _ stridesA: [Int], _ stridesB: [Int], _ body: (Int, Int) -> Void
    ) {
        var index = [Int](repeating: 0, count: shape.count)
        var (offsetA, offsetB) = (0, 0)
        for _ in 0..<shape.reduce(1, *) {
            body(offsetA, offsetB)
            var axis = shape.count - 1
            while axis >= 0 {
                index[axis] += 1
                offsetA += stridesA[axis]
                offsetB += stridesB[axis]
                if index[axis] < shape[axis] { break }
                offsetA -= stridesA[axis] * shape[axis]
                offsetB -= stridesB[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }
}
