import ConvNet
import FoundationEssentials

/// A file as its makers published it.
public struct PublishedFile: Sendable, Equatable {
    /// Its name, in a folder and behind a mirror's address.
    public let name: String
    /// Its size in bytes.
    public let size: Int
    /// SHA-256 of its bytes, as 64 lower-case hexadecimal digits.
    public let sha256: String

    /// - Parameters:
    ///   - name: Its name.
    ///   - size: Its size in bytes.
    ///   - sha256: SHA-256 of its bytes, in lower-case hexadecimal digits.
    public init(name: String, size: Int, sha256: String) {
        self.name = name
        self.size = size
        self.sha256 = sha256
    }

    /// How a file in a folder compares with the published one.
    public enum State: Sendable, Equatable {
        case missing
        case different
        case asPublished
    }

    /// Compares a file with the published one.
    ///
    /// - Parameter folder: The folder that may hold the file.
    /// - Throws: ``ConvNetError`` of kind `missingInput` where it may not be read, `inputOutput` where reading fails.
    public func state(in folder: String) throws -> State {
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { return .missing }
        let file = try InputFile(path: path)
        guard file.size == size else { return .different }
        let hash = try SHA256()
        while true {
            let bytes = try file.readBytes(1 << 16)
            if bytes.isEmpty { break }
            bytes.withUnsafeBytes { hash.add($0) }
        }
        return try hash.digest() == sha256 ? .asPublished : .different
    }
}
