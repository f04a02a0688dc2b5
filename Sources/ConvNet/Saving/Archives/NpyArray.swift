/// An array in NumPy's format: numbers of one type and a shape.
///
/// Source: NumPy's documentation, `numpy.lib.format`.
struct NpyArray {
    let header: NpyHeader
    /// The elements as they lie in the file.
    private let bytes: ArraySlice<UInt8>

    var shape: [Int] { header.shape }
    var count: Int { bytes.count / header.element.size }

    /// Reads the array that the content of an npy file is.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - name: The array's, for messages.
    ///   - path: The file that it comes from, for messages.
    /// - Throws: ``ConvNetError`` of kind `invalidData`. Python objects are refused: reading them would run code.
    init(_ bytes: [UInt8], name: String, path: String) throws(ConvNetError) {
        func refuse(_ message: String) -> ConvNetError {
            ConvNetError(.invalidData, path: path, "array '\(name)' \(message)".printable)
        }
        let (header, size) = try NpyHeader.read(bytes, refuse)
        guard FileLimits.byteCount(of: header.shape, elementSize: header.element.size) == bytes.count - size else {
            throw refuse(
                "has the shape \(header.shape), but \(bytes.count - size) bytes of elements; copy or save it again")
        }
        self.header = header
        self.bytes = bytes[size...]
    }

    /// The elements as 32-bit floats, rounded where they are wider, the last axis varying fastest.
    func floats() -> [Float] {
        switch header.element {
        case .boolean: elements(UInt8.self) { $0 == 0 ? 0 : 1 }
        case .int8: elements(UInt8.self) { Float(Int8(bitPattern: $0)) }
        case .int16: elements(UInt16.self) { Float(Int16(bitPattern: $0)) }
        case .int32: elements(UInt32.self) { Float(Int32(bitPattern: $0)) }
        case .int64: elements(UInt64.self) { Float(Int64(bitPattern: $0)) }
        case .uint8: elements(UInt8.self) { Float($0) }
        case .uint16: elements(UInt16.self) { Float($0) }
        case .uint32: elements(UInt32.self) { Float($0) }
        case .uint64: elements(UInt64.self) { Float($0) }
        case .float16: elements(UInt16.self) { Float(HalfPrecision.value($0)) }
        case .float32: elements(UInt32.self) { Float(bitPattern: $0) }
        case .float64: elements(UInt64.self) { Float(Double(bitPattern: $0)) }
        }
    }

    /// The elements as whole numbers, the last axis varying fastest; nil where they are floats or do not fit.
    func integers() -> [Int]? {
        switch header.element {
        case .boolean, .uint8: elements(UInt8.self) { Int($0) }
        case .int8: elements(UInt8.self) { Int(Int8(bitPattern: $0)) }
        case .int16: elements(UInt16.self) { Int(Int16(bitPattern: $0)) }
        case .int32: elements(UInt32.self) { Int(Int32(bitPattern: $0)) }
        case .int64: elements(UInt64.self) { Int(Int64(bitPattern: $0)) }
        case .uint16: elements(UInt16.self) { Int($0) }
        case .uint32: elements(UInt32.self) { Int($0) }
        case .uint64:
            bytes.isEmpty || (elements(UInt64.self) { $0 }.max() ?? 0) <= UInt64(Int.max)
                ? elements(UInt64.self) { Int(truncatingIfNeeded: $0) } : nil
        case .float16, .float32, .float64: nil
        }
    }

    /// The elements where they are unsigned bytes, the last axis varying fastest; nil where they are anything else.
    func unsignedBytes() -> [UInt8]? {
        header.element == .uint8 ? elements(UInt8.self) { $0 } : nil
    }

    /// An npy file of 32-bit floats.
    static func file(of tensor: Tensor) -> [UInt8] {
        NpyHeader(element: .float32, shape: tensor.shape).bytes
            + tensor.withUnsafeBufferPointer { Array(UnsafeRawBufferPointer($0)) }
    }

    private func elements<Pattern: FixedWidthInteger & BitwiseCopyable, Result>(
        _ type: Pattern.Type, _ value: (Pattern) -> Result
    ) -> [Result] {
        let size = MemoryLayout<Pattern>.size
        return bytes.withUnsafeBytes { raw in
            func element(_ index: Int) -> Result {
                let pattern = raw.loadUnaligned(fromByteOffset: index * size, as: Pattern.self)
                return value(header.isBigEndian ? pattern.byteSwapped : pattern)
            }
            guard header.isFortranOrder, shape.count > 1 else { return (0..<count).map(element) }
            var places = FortranOrder(shape: shape)
            return (0..<count).map { _ in element(places.next()) }
        }
    }
}

/// The places, in memory whose first axis varies fastest, of elements whose last axis varies fastest.
private struct FortranOrder {
    private let shape: [Int]
    private let strides: [Int]
    private var index: [Int]
    private var place = 0

    init(shape: [Int]) {
        self.shape = shape
        var strides: [Int] = []
        var stride = 1
        for size in shape {
            strides.append(stride)
            stride *= size
        }
        self.strides = strides
        index = [Int](repeating: 0, count: shape.count)
    }

    mutating func next() -> Int {
        let current = place
        for axis in shape.indices.reversed() {
            index[axis] += 1
            place += strides[axis]
            if index[axis] < shape[axis] { break }
            place -= strides[axis] * shape[axis]
            index[axis] = 0
        }
        return current
    }
}
