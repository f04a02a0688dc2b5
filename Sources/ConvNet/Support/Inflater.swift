import CZlib

/// One stream of deflated data being unpacked by zlib.
final class Inflater {
    /// What surrounds the deflated data.
    enum Wrapping: Int32 {
        /// Gzip's header and checksum. The largest window is 15; 16 more asks zlib for them.
        case gzip = 31
        /// Nothing, which zlib knows by the sign.
        case none = -15
    }

    /// What a gzip member begins with.
    static let magic: [UInt8] = [0x1f, 0x8b]

    private let name: String
    private let path: String
    /// On the heap, because zlib remembers the address.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false

    /// - Parameters:
    ///   - wrapping: What surrounds the deflated data.
    ///   - name: What is unpacked, for messages, as in `gzip data`.
    ///   - path: The file, for messages.
    init(_ wrapping: Wrapping, of name: String, path: String) throws(ConvNetError) {
        self.name = name
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw ConvNetError(.unavailable, path: path, "zlib cannot start (status \(status)); free some memory")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// After the end of a gzip stream: begins the next one, which the input must be.
    func beginNextMember(_ input: ArraySlice<UInt8>) throws(ConvNetError) {
        guard input.first == Self.magic[0], inflateReset(stream) == Z_OK else {
            throw ConvNetError(
                .invalidData, path: path, "something follows the end of the \(name); copy or download the file again")
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
                .invalidData, path: path, "the \(name) is damaged (\(reason)); copy or download the file again")
        }
        return (used, output)
    }
}
