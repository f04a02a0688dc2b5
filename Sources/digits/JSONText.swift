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
        let text = try TextFile.readJSON(path, atMost: FileLimits.recordBytes)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw changed(path)
        }
    }

    /// What is said of a file that is not as ``encode(_:_:)`` wrote it.
    static func changed(_ path: String) -> ConvNetError {
        ConvNetError(.invalidData, path: path, "it was changed or is of another version of digits; train anew")
    }
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
