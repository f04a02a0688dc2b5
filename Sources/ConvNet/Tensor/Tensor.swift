/// An array of 32-bit floats with a shape: a value type, row-major, like NumPy's `float32` arrays.
///
/// ```swift
/// let x = Tensor([[1, 2, 3], [4, 5, 6]])
/// x.shape                         // [2, 3]
/// x[1, 2]                         // 6
/// x.mean(axis: 0)                 // [2.5, 3.5, 4.5]
/// (x * 2 + 1).matmul(x.transposed())
/// ```
///
/// A tensor of rank 0 (shape `[]`) holds one scalar. Lengths of 0 are legal. Copies share their storage until one of
/// them is changed. Shapes that do not fit are programmer errors: they stop the program with a sentence naming both
/// shapes.
public struct Tensor: Sendable, Equatable {
    /// The length of each axis, outermost first.
    public let shape: [Int]

    /// The elements in row-major order.
    public internal(set) var scalars: [Float]

    /// The number of axes.
    public var rank: Int { shape.count }

    /// The number of elements: the product of the shape.
    public var count: Int { scalars.count }

    /// A tensor from its elements in row-major order.
    ///
    /// - Parameters:
    ///   - shape: The length of each axis; none is negative.
    ///   - scalars: As many elements as the shape has places.
    public init(shape: [Int], scalars: [Float]) {
        let count = Self.elementCount(of: shape)
        precondition(
            count == scalars.count, "shape \(shape) has \(count) places, but there are \(scalars.count) elements")
        self.shape = shape
        self.scalars = scalars
    }

    /// A tensor filled with one value.
    public init(shape: [Int], repeating value: Float) {
        self.init(shape: shape, scalars: [Float](repeating: value, count: Self.elementCount(of: shape)))
    }

    /// A tensor of rank 0: one scalar.
    public init(_ value: Float) {
        self.init(shape: [], scalars: [value])
    }

    /// A tensor of rank 1.
    public init(_ values: [Float]) {
        self.init(shape: [values.count], scalars: values)
    }

    /// A tensor of rank 2 from rows of equal length. No rows at all give the shape `[0, 0]`.
    public init(_ rows: [[Float]]) {
        let columns = rows.first?.count ?? 0
        if let odd = rows.firstIndex(where: { $0.count != columns }) {
            preconditionFailure("row 0 has \(columns) elements, but row \(odd) has \(rows[odd].count)")
        }
        self.init(shape: [rows.count, columns], scalars: Array(rows.joined()))
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int]) -> Tensor {
        Tensor(shape: shape, repeating: 0)
    }

    /// A tensor of ones.
    public static func ones(_ shape: [Int]) -> Tensor {
        Tensor(shape: shape, repeating: 1)
    }

    /// Calls `body` with the elements in row-major order.
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try scalars.withUnsafeBufferPointer(body)
    }

    /// Calls `body` with the elements in row-major order, which it may change.
    public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
        _ body: (inout UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try scalars.withUnsafeMutableBufferPointer(body)
    }

    /// The number of elements of a shape, which stops the program where the shape is not one.
    static func elementCount(of shape: [Int]) -> Int {
        shape.reduce(1) { count, length in
            precondition(length >= 0, "shape \(shape) has a negative length")
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            precondition(!overflow, "shape \(shape) has more elements than can be counted")
            return product
        }
    }

    /// An axis counted from 0; negative ones count from the end, so that -1 is the last.
    func normalized(axis: Int) -> Int {
        let result = axis < 0 ? axis + rank : axis
        precondition(shape.indices.contains(result), "axis \(axis) is outside shape \(shape)")
        return result
    }
}
