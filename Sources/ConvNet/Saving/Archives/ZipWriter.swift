/// Writes a zip file of stored entries. The same entries give the same bytes: the date is always 1980-01-01.
struct ZipWriter {
    private var directory: [UInt8] = []
    private var count = 0
    private var position = 0
    private let path: String

    /// - Parameter path: The file, for messages.
    init(path: String) {
        self.path = path
    }

    /// Adds an entry.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the archive would be larger than the format's plain form
    ///   holds; `inputOutput`.
    mutating func add(_ name: String, _ bytes: [UInt8], to sink: inout FileSink) throws(ConvNetError) {
        guard position + bytes.count < Int(UInt32.max) - (1 << 20), count < Int(UInt16.max) else {
            throw ConvNetError(
                .invalidArgument, path: path, "a zip file holds at most 4 GiB; write safetensors instead")
        }
        let nameBytes = Array(name.utf8)
        let described: [UInt8] =
            // Names are UTF-8; stored; 1 January 1980.
            Self.number(1 << 11, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(1 << 5 | 1, 2)
            + Self.number(Int(ZipArchive.checksum(bytes)), 4) + Self.number(bytes.count, 4)
            + Self.number(bytes.count, 4) + Self.number(nameBytes.count, 2) + Self.number(0, 2)
        let header = Self.number(0x0403_4b50, 4) + Self.version + described + nameBytes
        try sink.write(header)
        try sink.write(bytes)
        directory +=
            Self.number(0x0201_4b50, 4) + Self.version + Self.version + described
            // No comment, disk 0, no attributes.
            + Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 4)
            + Self.number(position, 4) + nameBytes
        count += 1
        position += header.count + bytes.count
    }

    /// Writes the directory.
    func finish(_ sink: inout FileSink) throws(ConvNetError) {
        try sink.write(directory)
        try sink.write(
            Self.number(0x0605_4b50, 4) + Self.number(0, 4) + Self.number(count, 2) + Self.number(count, 2)
                + Self.number(directory.count, 4) + Self.number(position, 4) + Self.number(0, 2))
    }

    /// 2.0, the first that has what is used here.
    private static let version: [UInt8] = [20, 0]

    private static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
