/// Small text files that are read as a whole.
package enum TextFile {
    /// The text of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes that it may have.
    /// - Throws: ``ConvNetError``: `missingInput` where it cannot be opened, `invalidData` where it is longer or not UTF-8.
    package static func read(_ path: String, atMost limit: Int) throws -> String {
        let file = try InputFile(path: path)
        guard file.size <= limit else {
            throw ConvNetError(.invalidData, path: path, "it is longer than \(limit) bytes; name another file")
        }
        guard let text = String(validating: try file.readBytes(file.size), as: UTF8.self) else {
            throw ConvNetError(.invalidData, path: path, "it is not a text of UTF-8; name another file")
        }
        return text
    }

    /// The text of a file of JSON, as strictly read as all JSON here: what a decoder makes of it comes after that.
    ///
    /// - Throws: As ``read(_:atMost:)`` does, and `invalidData` where it is not JSON, too deep, or has too many values.
    package static func readJSON(_ path: String, atMost limit: Int) throws -> String {
        let text = try read(path, atMost: limit)
        do throws(JSONError) {
            _ = try JSONReader.read(text)
        } catch {
            throw ConvNetError(.invalidData, path: path, "it is not valid JSON (\(error)); name another file")
        }
        return text
    }
}
