import CKernels

/// Element by element, with NumPy's broadcasting: shapes are aligned at the last axis, and a length of 1 stretches.
extension Tensor {
    /// The sum, element by element.
    public static func + (a: Tensor, b: Tensor) -> Tensor { combine(CK_ADD, a, b) }
    /// The difference, element by element.
    public static func - (a: Tensor, b: Tensor) -> Tensor { combine(CK_SUBTRACT, a, b) }
    /// The product, element by element; ``matmul(_:transposingSelf:transposingOther:)`` is the matrix product.
    public static func * (a: Tensor, b: Tensor) -> Tensor { combine(CK_MULTIPLY, a, b) }
    /// The quotient, element by element.
    public static func / (a: Tensor, b: Tensor) -> Tensor { combine(CK_DIVIDE, a, b) }

    /// Adds a number to every element.
    public static func + (a: Tensor, b: Float) -> Tensor { combine(CK_ADD, a, b) }
    /// Subtracts a number from every element.
    public static func - (a: Tensor, b: Float) -> Tensor { combine(CK_SUBTRACT, a, b) }
    /// Multiplies every element by a number.
    public static func * (a: Tensor, b: Float) -> Tensor { combine(CK_MULTIPLY, a, b) }
    /// Divides every element by a number.
    public static func / (a: Tensor, b: Float) -> Tensor { combine(CK_DIVIDE, a, b) }

    /// Adds a number to every element.
    public static func + (a: Float, b: Tensor) -> Tensor { combine(CK_ADD, a, b) }
    /// Subtracts every element from a number.
    public static func - (a: Float, b: Tensor) -> Tensor { combine(CK_SUBTRACT, a, b) }
    /// Multiplies every element by a number.
    public static func * (a: Float, b: Tensor) -> Tensor { combine(CK_MULTIPLY, a, b) }
    /// Divides a number by every element.
    public static func / (a: Float, b: Tensor) -> Tensor { combine(CK_DIVIDE, a, b) }

    /// The negative of every element.
    public static prefix func - (a: Tensor) -> Tensor { combine(CK_MULTIPLY, a, -1) }

    /// Adds `b`, which must broadcast to the shape of `a`.
    public static func += (a: inout Tensor, b: Tensor) { combineInPlace(CK_ADD, &a, b) }
    /// Subtracts `b`, which must broadcast to the shape of `a`.
    public static func -= (a: inout Tensor, b: Tensor) { combineInPlace(CK_SUBTRACT, &a, b) }
    /// Multiplies by `b`, which must broadcast to the shape of `a`.
    public static func *= (a: inout Tensor, b: Tensor) { combineInPlace(CK_MULTIPLY, &a, b) }
    /// Divides by `b`, which must broadcast to the shape of `a`.
    public static func /= (a: inout Tensor, b: Tensor) { combineInPlace(CK_DIVIDE, &a, b) }

    /// Adds a number to every element.
    public static func += (a: inout Tensor, b: Float) { Kernels.binaryInPlace(CK_ADD, &a.scalars, b) }
    /// Subtracts a number from every element.
    public static func -= (a: inout Tensor, b: Float) { Kernels.binaryInPlace(CK_SUBTRACT, &a.scalars, b) }
    /// Multiplies every element by a number.
    public static func *= (a: inout Tensor, b: Float) { Kernels.binaryInPlace(CK_MULTIPLY, &a.scalars, b) }
    /// Divides every element by a number.
    public static func /= (a: inout Tensor, b: Float) { Kernels.binaryInPlace(CK_DIVIDE, &a.scalars, b) }

    private static func combine(_ kind: ck_binary_kind, _ a: Tensor, _ b: Tensor) -> Tensor {
        if a.shape == b.shape {
            return Tensor(shape: a.shape, scalars: Kernels.binary(kind, a.scalars, b.scalars))
        }
        guard let shape = Kernels.broadcastShape(a.shape, b.shape) else {
            preconditionFailure("shapes \(a.shape) and \(b.shape) do not broadcast to one shape")
        }
        return Tensor(
            shape: shape,
            scalars: Kernels.broadcastBinary(
                kind, a.scalars, shapeA: a.shape, b.scalars, shapeB: b.shape, to: shape))
    }

    private static func combine(_ kind: ck_binary_kind, _ a: Tensor, _ b: Float) -> Tensor {
        Tensor(shape: a.shape, scalars: Kernels.binary(kind, a.scalars, b))
    }

    private static func combine(_ kind: ck_binary_kind, _ a: Float, _ b: Tensor) -> Tensor {
        Tensor(shape: b.shape, scalars: Kernels.binary(kind, a, b.scalars))
    }

    private static func combineInPlace(_ kind: ck_binary_kind, _ a: inout Tensor, _ b: Tensor) {
        if a.shape == b.shape {
            Kernels.binaryInPlace(kind, &a.scalars, b.scalars)
        } else {
            let result = combine(kind, a, b)
            precondition(result.shape == a.shape, "shape \(b.shape) does not broadcast to shape \(a.shape)")
            a = result
        }
    }
}
