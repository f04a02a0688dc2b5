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
}
