/// What a zip archive lies in: a file, or bytes in memory where the archive is an entry of another one.
final class ZipSource {
    private enum Content: ~Copyable {
        case file(InputFile)
        case memory([UInt8])
    }

    let path: String
    let size: Int
    private let content: Content

    init(path: String) throws(ConvNetError) {
        let file = try InputFile(path: path)
        self.path = path
        size = file.size
        content = .file(file)
    }

    init(_ bytes: [UInt8], path: String) {
        self.path = path
        size = bytes.count
        content = .memory(bytes)
    }

    /// The bytes of a range that lies within the source.
    func bytes(in range: Range<Int>) throws(ConvNetError) -> [UInt8] {
        switch content {
        case .file(let file): try file.readBytes(in: range)
        case .memory(let bytes): Array(bytes[range])
        }
    }
}

extension [UInt8] {
    /// The unsigned little-endian number of `size` bytes at a place; nil where the array ends before, or the number is
    /// larger than an `Int`.
    func littleEndian(at offset: Int, size: Int) -> Int? {
        guard let range = FileLimits.range(from: offset, count: size, within: count) else { return nil }
        return Int(exactly: self[range].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
