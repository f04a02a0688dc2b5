/// What is wrong with a text that should be JSON, and where.
struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    let message: String
    /// The byte at which reading stopped.
    let offset: Int

    var description: String { "\(message) at byte \(offset)" }
}

/// A strict reader of JSON (RFC 8259) for files that come from anywhere: bounded depth and number of values, no
/// duplicate names, only valid UTF-8, only finite numbers, nothing after the value but white space.
struct JSONReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var valueCount = 0

    /// Reads the one value that `bytes` hold.
    static func read(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes)
        guard bytes.count <= FileLimits.headerBytes else {
            throw reader.error("the text is longer than \(FileLimits.headerBytes) bytes")
        }
        reader.skipSpace()
        let value = try reader.readValue(depth: 0)
        reader.skipSpace()
        if reader.next != nil { throw reader.error("something follows the value") }
        return value
    }

    /// Reads the one value that `text` holds.
    static func read(_ text: String) throws(JSONError) -> JSONValue {
        try read(Array(text.utf8)[...])
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private func error(_ message: String) -> JSONError {
        JSONError(message: message, offset: position - bytes.startIndex)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < FileLimits.jsonDepth else { throw error("values are nested too deeply") }
        valueCount += 1
        guard valueCount <= FileLimits.jsonValues else { throw error("there are too many values") }
        guard let next else { throw error("the text breaks off") }
        switch next {
        case UInt8(ascii: "{"): return .object(try readMembers(depth: depth))
        case UInt8(ascii: "["): return .array(try readElements(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .boolean(true))
        case UInt8(ascii: "f"): return try readWord("false", .boolean(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw error("no value begins here")
        }
    }

    private mutating func readWord(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw error("no value begins here") }
        position += word.utf8.count
        return value
    }

    private mutating func readMembers(depth: Int) throws(JSONError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a name in quotes is missing") }
            let start = position
            let name = try readString()
            guard names.insert(name).inserted else {
                position = start
                throw error("a name occurs twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            skipSpace()
            members.append(JSONValue.Member(name: name, value: try readValue(depth: depth + 1)))
            guard members.count <= FileLimits.jsonMembers else { throw error("an object has too many names") }
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or a closing brace is missing") }
        }
    }

    private mutating func readElements(depth: Int) throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            skipSpace()
            elements.append(try readValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or a closing bracket is missing") }
        }
    }

    /// A number by JSON's grammar, which is narrower than Swift's: no leading zeros or plus, digits around the point.
    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int(digits) { return .integer(integer) }
        guard let number = Double(digits), number.isFinite else {
            position = start
            throw error("a number is too large")
        }
        return .number(number)
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == start { throw error("a digit is missing") }
    }

    private mutating func readString() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while true {
            guard let byte = next else { throw error("a text has no closing quote") }
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw error("a text is not valid UTF-8")
                }
                position += 1
                return result
            case UInt8(ascii: "\\"):
                position += 1
                text += String(try readEscape()).utf8
            case 0..<0x20:
                throw error("a control character stands in a text")
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = next else { throw error("a text has no closing quote") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try readHexadecimal()
            // Characters beyond 16 bits are two escapes: a high and a low surrogate.
            if (0xd800..<0xdc00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error("half a character") }
                let low = try readHexadecimal()
                guard (0xdc00..<0xe000).contains(low) else { throw error("half a character") }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half a character") }
            return scalar
        default:
            throw error("an unknown escape")
        }
    }

    private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("four hexadecimal digits are missing")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
