/// The bytes of a file, in order; of a gzip file, what it holds.
///
/// Gzip is known by its first two bytes. A gzip file may have several members, as the format allows.
final class ByteReader {
    private static let chunkSize = 1 << 16

    let path: String
    let isGzip: Bool
    /// Most bytes that are read in all: a plain file's size, or what a gzip file of its size may become.
    let largestCount: Int

    private let file: InputFile
    private var inflater: Inflater?
    private var chunk: [UInt8]
    private var position = 0
    /// Bytes of the file before the chunk.
    private var before = 0
    private var unpackedCount = 0

    init(path: String) throws(ConvNetError) {
        self.path = path
        let file = try InputFile(path: path)
        chunk = try file.readBytes(Self.chunkSize)
        isGzip = chunk.starts(with: Inflater.magic)
        largestCount = isGzip ? FileLimits.unpackedBytes(of: file.size) : file.size
        self.file = file
        if isGzip { inflater = try Inflater(.gzip, of: "gzip data", path: path) }
    }

    /// Reads `count` bytes, or fewer where the content ends before.
    func read(_ count: Int) throws(ConvNetError) -> [UInt8] {
        var result: [UInt8] = []
        // What the caller expects may be a lie: memory grows with what really comes.
        result.reserveCapacity(min(count, largestCount, 1 << 26))
        while result.count < count {
            let part = try readSome(atMost: min(count - result.count, Self.chunkSize))
            if part.isEmpty { break }
            result += part
        }
        return result
    }

    /// Some of the bytes that follow; none at the end.
    private func readSome(atMost count: Int) throws(ConvNetError) -> [UInt8] {
        guard let inflater else {
            try refill()
            let end = min(position + count, chunk.count)
            defer { position = end }
            return Array(chunk[position..<end])
        }
        while true {
            try refill()
            if inflater.isAtEnd {
                if position == chunk.count { return [] }
                try inflater.beginNextMember(chunk[position...])
            }
            let (used, output) = try inflater.inflate(chunk[position...], atMost: count)
            position += used
            if !output.isEmpty {
                unpackedCount += output.count
                // As it goes, so that what is packed too well is known early.
                if unpackedCount > FileLimits.unpackedBytes(of: before + position) { throw packedTooWell() }
                return output
            }
            if position == chunk.count, !inflater.isAtEnd { try requireMoreInput() }
        }
    }

    private func packedTooWell() -> ConvNetError {
        ConvNetError(
            .invalidData, path: path,
            "its data is packed more than \(FileLimits.unpackedRatio) to 1, as nothing real is; unpack it with gunzip "
                + "if you trust it")
    }

    /// Reads the next chunk of the file where the last one is used up.
    private func refill() throws(ConvNetError) {
        guard position == chunk.count, !chunk.isEmpty else { return }
        before += chunk.count
        chunk = try file.readBytes(Self.chunkSize)
        position = 0
    }

    private func requireMoreInput() throws(ConvNetError) {
        try refill()
        if chunk.isEmpty {
            throw ConvNetError(
                .invalidData, path: path, "the gzip data breaks off before its end; copy or download the file again")
        }
    }
}
