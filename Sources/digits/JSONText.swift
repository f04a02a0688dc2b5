import ConvNet
import FoundationEssentials

/// Results as JSON, with Keras's snake case.
enum JSONText {
    /// One line where a program reads it, several where people may.
    enum Layout {
        case line, indented
    }

    static func encode(_ value: some Encodable, _ layout: Layout = .line) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .indented { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    /// Reads what ``encode(_:_:)`` wrote.
    ///
    /// - Throws: ``ConvNetError`` of kind `missingInput` or `invalidData`.
    static func decode<Value: Decodable>(_ type: Value.Type, file path: String) throws -> Value {
        let text = try TextFile.read(path, atMost: largestFile)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw ConvNetError(
                .invalidData, path: path, "it was changed or is of another version of digits; train anew")
        }
    }

    /// The longest record of a run that is read: some 10,000 epochs.
    private static let largestFile = 1 << 22
}

/// A number that may be missing or not finite; both are null in JSON.
struct JSONNumber: Encodable {
    let value: Double?

    init(_ value: Double?) {
        self.value = value.flatMap { $0.isFinite ? $0 : nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}
