import CZlib

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

    init(path: String) throws(ConvNetError) {
        self.path = path
        let file = try InputFile(path: path)
        chunk = try file.readBytes(Self.chunkSize)
        isGzip = chunk.starts(with: Inflater.magic)
        largestCount = isGzip ? FileLimits.unpackedBytes(of: file.size) : file.size
        self.file = file
        if isGzip { inflater = try Inflater(path: path) }
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
            if !output.isEmpty { return output }
            if position == chunk.count, !inflater.isAtEnd { try requireMoreInput() }
        }
    }

    /// Reads the next chunk of the file where the last one is used up.
    private func refill() throws(ConvNetError) {
        guard position == chunk.count, !chunk.isEmpty else { return }
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

/// One gzip stream being unpacked by zlib.
private final class Inflater {
    static let magic: [UInt8] = [0x1f, 0x8b]

    private let path: String
    /// On the heap, because zlib remembers the address.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false

    init(path: String) throws(ConvNetError) {
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, 16 asks for gzip's header and checksum.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw ConvNetError(.unavailable, path: path, "zlib cannot start (status \(status)); free some memory")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// After the end of a stream: begins the next one, which the input must be.
    func beginNextMember(_ input: ArraySlice<UInt8>) throws(ConvNetError) {
        guard input.first == Self.magic[0], inflateReset(stream) == Z_OK else {
            throw ConvNetError(
                .invalidData, path: path, "something follows the end of the gzip data; copy or download the file again")
        }
        isAtEnd = false
    }

    /// Unpacks at most `count` bytes, and says how much of the input was used for them.
    func inflate(_ input: ArraySlice<UInt8>, atMost count: Int) throws(ConvNetError) -> (used: Int, output: [UInt8]) {
        var status = Z_OK
        var used = 0
        let output = input.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: count) { target, initializedCount in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = uInt(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = uInt(count)
                status = CZlib.inflate(stream, Z_NO_FLUSH)
                used = source.count - Int(stream.pointee.avail_in)
                initializedCount = count - Int(stream.pointee.avail_out)
            }
        }
        isAtEnd = status == Z_STREAM_END
        // Z_BUF_ERROR only says that there was nothing to do with this much input.
        guard isAtEnd || status == Z_OK || status == Z_BUF_ERROR else {
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
            throw ConvNetError(
                .invalidData, path: path, "the gzip data is damaged (\(reason)); copy or download the file again")
        }
        return (used, output)
    }
}
