/// What the header of an npy file says: the type of the elements, their order and the shape.
///
/// Source: NumPy's documentation, `numpy.lib.format`, versions 1.0 to 3.0.
struct NpyHeader: Equatable {
    /// A type of number.
    enum Element: String {
        case boolean = "b1"
        case int8 = "i1"
        case int16 = "i2"
        case int32 = "i4"
        case int64 = "i8"
        case uint8 = "u1"
        case uint16 = "u2"
        case uint32 = "u4"
        case uint64 = "u8"
        case float16 = "f2"
        case float32 = "f4"
        case float64 = "f8"

        /// Bytes of a number.
        var size: Int { Int(rawValue.utf8.last ?? 0) - Int(UInt8(ascii: "0")) }
    }

    let element: Element
    let isBigEndian: Bool
    /// Whether the first axis varies fastest.
    let isFortranOrder: Bool
    let shape: [Int]

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Reads the header that an npy file begins with, and returns it with the number of bytes that it takes.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - refuse: Makes the error of what is wrong.
    static func read(
        _ bytes: [UInt8], _ refuse: (String) -> ConvNetError
    ) throws(ConvNetError) -> (header: NpyHeader, size: Int) {
        guard bytes.starts(with: magic), bytes.count >= 10 else {
            throw refuse("is not an array in NumPy's format; save it with numpy.save or numpy.savez")
        }
        guard (1...3).contains(bytes[6]) else {
            throw refuse("has the format version \(bytes[6]), but 1 to 3 can be read; save it with another NumPy")
        }
        let lengthSize = bytes[6] == 1 ? 2 : 4
        let start = 8 + lengthSize
        guard let length = bytes.littleEndian(at: 8, size: lengthSize), length <= FileLimits.npyHeaderBytes,
            let range = FileLimits.range(from: start, count: length, within: bytes.count)
        else { throw refuse("has a header that is cut off or too long; save it again") }
        var parser = NpyHeaderParser(bytes[range])
        guard let fields = parser.parse() else {
            throw refuse("has a header that is not what NumPy writes; save it again")
        }
        return (try NpyHeader(fields, refuse), range.upperBound)
    }

    private init(_ fields: NpyHeaderParser.Fields, _ refuse: (String) -> ConvNetError) throws(ConvNetError) {
        guard let type = fields.type else {
            throw refuse("holds records of several fields; save each field as an array of its own")
        }
        var code = type[...]
        let order = code.first.flatMap { "<>=|".contains($0) ? $0 : nil }
        if order != nil { code.removeFirst() }
        guard let element = Element(rawValue: String(code)) else {
            throw refuse(
                code.hasPrefix("O")
                    ? "holds Python objects, which reading would have to run as code (pickle); save numbers alone"
                    : "holds elements of type '\(type.prefix(16))', but only whole numbers, truth values and floats "
                        + "of 16 to 64 bits can be read; convert it")
        }
        guard fields.shape.count <= FileLimits.rank else {
            throw refuse("has \(fields.shape.count) axes; at most \(FileLimits.rank) can be read")
        }
        self.element = element
        isBigEndian = order == ">"
        isFortranOrder = fields.isFortranOrder
        shape = fields.shape
    }

    init(element: Element, shape: [Int]) {
        self.element = element
        isBigEndian = false
        isFortranOrder = false
        self.shape = shape
    }

    /// The header as version 1.0, which NumPy has always read; the elements then begin at a multiple of 64.
    var bytes: [UInt8] {
        let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let order = element.size == 1 ? "|" : "<"
        var text = "{'descr': '\(order)\(element.rawValue)', 'fortran_order': False, 'shape': (\(sizes)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = text.utf8.count
        return Self.magic + [1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
            + Array(text.utf8)
    }
}

/// Reads the Python literal in an npy header: a dictionary of exactly `descr`, `fortran_order` and `shape`.
private struct NpyHeaderParser {
    struct Fields {
        /// Nil for records of several fields.
        var type: String?
        var isFortranOrder: Bool
        var shape: [Int]
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The fields; nil where the text is anything else.
    mutating func parse() -> Fields? {
        var type: String??
        var isFortranOrder: Bool?
        var shape: [Int]?
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = text(), take(":") else { return nil }
            switch key {
            case "descr" where type == nil:
                if next == UInt8(ascii: "[") {
                    // Records need no further reading: they are refused.
                    return Fields(type: nil, isFortranOrder: false, shape: [])
                }
                guard let text = text() else { return nil }
                type = text
            case "fortran_order" where isFortranOrder == nil:
                isFortranOrder = take("True") ? true : take("False") ? false : nil
                guard isFortranOrder != nil else { return nil }
            case "shape" where shape == nil:
                shape = self.shape()
                guard shape != nil else { return nil }
            default:
                return nil
            }
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        guard next == nil, let type, let isFortranOrder, let shape else { return nil }
        return Fields(type: type, isFortranOrder: isFortranOrder, shape: shape)
    }

    /// The next byte that is no space.
    private var next: UInt8? {
        mutating get {
            while position < bytes.endIndex, bytes[position] == 0x20 || bytes[position] == 0x0a { position += 1 }
            return position < bytes.endIndex ? bytes[position] : nil
        }
    }

    private mutating func take(_ word: String) -> Bool {
        guard next != nil, bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func text() -> String? {
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: quote) else { return nil }
        position = end + 1
        return String(validating: bytes[start..<end], as: UTF8.self)
    }

    private mutating func shape() -> [Int]? {
        guard take("(") else { return nil }
        var sizes: [Int] = []
        while !take(")") {
            guard next != nil else { return nil }
            let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
            position = digits.endIndex
            // Python 2 wrote long integers with an L.
            _ = take("L")
            sizes.append(size)
            if !take(",") {
                guard take(")") else { return nil }
                break
            }
        }
        return sizes
    }
}
