/// A value of JSON (RFC 8259) whose objects keep their order.
enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// A number written without fraction and exponent that fits an `Int`.
    case integer(Int)
    /// Any other number; always finite when read.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value.
    struct Member: Sendable, Equatable {
        var name: String
        var value: JSONValue
    }

    /// The value of a member of an object; nil where there is none, or this is not an object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, if this is one.
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The integer, if this is one.
    var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The number, whole or not, if this is one.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The truth value, if this is one.
    var bool: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// The whole numbers, if this is an array of them.
    var integers: [Int]? {
        array.flatMap { elements in
            let integers = elements.compactMap(\.integer)
            return integers.count == elements.count ? integers : nil
        }
    }

    /// The elements, if this is an array.
    var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, if this is an object.
    var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The value as JSON without spaces. Numbers that are not finite, which JSON does not have, become `null`.
    var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
