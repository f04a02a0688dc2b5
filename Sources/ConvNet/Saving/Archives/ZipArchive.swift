import CZlib

/// The entries of a zip file, read strictly: what the directory says of an entry must be what stands before its data, the
/// entries lie side by side from the file's beginning to the directory, and the directory is followed by the end alone.
/// Names are compared, never used as paths.
///
/// Entries are stored or deflated; encryption, several disks and other packings are refused. Archives of more than 4 GiB
/// (zip64) are read.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.
struct ZipArchive {
    /// A file in the archive.
    struct Entry: Equatable {
        let name: String
        /// Bytes unpacked.
        let size: Int
        let isDeflated: Bool
        let checksum: UInt32
        /// Where the data lie in the file, as they are packed.
        let data: Range<Int>
    }

    let path: String
    let entries: [Entry]
    private let source: ZipSource

    /// Opens an archive and checks its directory; no entry is unpacked yet.
    ///
    /// - Throws: ``ConvNetError``: `missingInput`, `inputOutput`, or `invalidData` that names the entry and what is wrong.
    init(_ source: ZipSource) throws(ConvNetError) {
        let directory = try ZipDirectory(source)
        self.source = source
        path = source.path
        entries = directory.entries
    }

    /// Opens the archive in a file.
    init(path: String) throws(ConvNetError) {
        try self.init(ZipSource(path: path))
    }

    /// The entry of a name.
    subscript(name: String) -> Entry? {
        entries.first { $0.name == name }
    }

    /// Unpacks an entry and compares its checksum.
    func read(_ entry: Entry) throws(ConvNetError) -> [UInt8] {
        let bytes = entry.isDeflated ? try inflate(entry) : try source.bytes(in: entry.data)
        let checksum = Self.checksum(bytes)
        guard checksum == entry.checksum else {
            throw refuse(entry, "does not have the checksum that the archive states; copy or download the file again")
        }
        return bytes
    }

    /// The CRC-32 that zip files use.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }

    private func inflate(_ entry: Entry) throws(ConvNetError) -> [UInt8] {
        let chunk = 1 << 16
        let inflater = try Inflater(.none, of: "zip entry '\(entry.name)'", path: path)
        var result: [UInt8] = []
        // The directory's sum was checked against what the file's size allows.
        result.reserveCapacity(entry.size)
        var position = entry.data.lowerBound
        while !inflater.isAtEnd {
            let packed = try source.bytes(in: position..<min(position + chunk, entry.data.upperBound))
            // One byte more than there should be shows that there are too many.
            let room = min(entry.size - result.count + 1, chunk)
            let (used, output) = try inflater.inflate(packed[...], atMost: room)
            result += output
            position += used
            guard result.count <= entry.size, used > 0 || !output.isEmpty || inflater.isAtEnd else { break }
        }
        guard inflater.isAtEnd, result.count == entry.size, position == entry.data.upperBound else {
            throw refuse(entry, "does not unpack to the size that the archive states; copy or download the file again")
        }
        return result
    }

    private func refuse(_ entry: Entry, _ message: String) -> ConvNetError {
        ConvNetError(.invalidData, path: path, "entry '\(entry.name)' \(message)")
    }
}
