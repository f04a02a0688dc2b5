/// The checked directory of a zip file.
struct ZipDirectory {
    /// In the directory's order.
    private(set) var entries: [ZipArchive.Entry] = []

    private let source: ZipSource

    /// The sizes and flags of an entry, as the directory states them.
    private struct Record {
        var name = ""
        var flags = 0
        var method = 0
        var checksum = 0
        var packedSize = 0
        var size = 0
        var start = 0
    }

    private enum Signature {
        static let localHeader = 0x0403_4b50
        static let dataDescriptor = 0x0807_4b50
        static let record = 0x0201_4b50
        static let end = 0x0605_4b50
        static let end64 = 0x0606_4b50
        static let locator64 = 0x0706_4b50
    }

    /// Bits of an entry's flags.
    private enum Flag {
        static let encrypted = 1 << 0 | 1 << 6 | 1 << 13
        /// Checksum and sizes stand behind the data.
        static let hasDescriptor = 1 << 3
    }

    private static let localHeaderSize = 30
    private static let recordSize = 46
    private static let endSize = 22
    private static let locatorSize = 20
    private static let end64Size = 56
    /// What a field of 16 or 32 bits holds where the value stands in the zip64 extension.
    private static let in64 = (short: 0xffff, long: 0xffff_ffff)

    init(_ source: ZipSource) throws(ConvNetError) {
        self.source = source
        let (place, count) = try findDirectory()
        let records = try readRecords(try source.bytes(in: place), count: count)
        var names = Set<String>()
        var total = 0
        var parts: [Range<Int>] = []
        for record in records {
            guard names.insert(record.name).inserted else { throw refuse("entry '\(record.name)' occurs twice") }
            // No overflow: each is at most the size that the whole archive may unpack to.
            total += record.size
            let (data, end) = try locate(record, before: place.lowerBound)
            parts.append(record.start..<end)
            entries.append(
                .init(
                    name: record.name, size: record.size, isDeflated: record.method == 8,
                    checksum: UInt32(record.checksum), data: data))
        }
        try requireUnpackable(total)
        var position = 0
        for part in parts.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            guard part.lowerBound == position else { throw refuse("its entries overlap or leave gaps") }
            position = part.upperBound
        }
        guard position == place.lowerBound else { throw refuse("something lies between its entries and its directory") }
    }

    private func refuse(_ message: String) -> ConvNetError {
        ConvNetError(.invalidData, path: source.path, "\(message); copy, download or save the file again")
    }

    private func requireUnpackable(_ size: Int) throws(ConvNetError) {
        guard size <= FileLimits.unpackedBytes(of: source.size) else {
            throw ConvNetError(
                .invalidData, path: source.path,
                "its entries would unpack to more than \(FileLimits.unpackedRatio) times its size; save them unpacked")
        }
    }

    // MARK: - The end, and where the directory lies

    private func findDirectory() throws(ConvNetError) -> (place: Range<Int>, count: Int) {
        let tailStart = max(0, source.size - Self.endSize - 0xffff)
        let tail = try source.bytes(in: tailStart..<source.size)
        let last = tail.count - Self.endSize
        // A comment may follow; its length tells the end from bytes that look like it.
        let candidates = stride(from: last, through: 0, by: -1)
        guard
            let end = candidates.first(where: {
                tail.littleEndian(at: $0, size: 4) == Signature.end
                    && tail.littleEndian(at: $0 + 20, size: 2) == last - $0
            })
        else {
            let begins = try source.bytes(in: 0..<min(4, source.size)).littleEndian(at: 0, size: 4)
            throw ConvNetError(
                .invalidData, path: source.path,
                begins == Signature.localHeader
                    ? "the zip file breaks off before its end; copy or download it again"
                    : "this is not a zip file; check the path")
        }
        func field(_ offset: Int, _ size: Int) -> Int { tail.littleEndian(at: end + offset, size: size) ?? 0 }
        var (disks, count, size, start) = (field(4, 2) | field(6, 2), field(10, 2), field(12, 4), field(16, 4))
        var limit = tailStart + end
        let isZip64 = count == Self.in64.short || size == Self.in64.long || start == Self.in64.long
        if isZip64, let record = try readEnd64(before: limit) {
            (disks, count, size, start, limit) = record
        } else if field(8, 2) != count {
            disks = 1
        }
        guard disks == 0 else { throw refuse("the zip file is one part of several") }
        guard count <= FileLimits.archiveEntries, size <= FileLimits.headerBytes else {
            throw refuse("the zip file has more than \(FileLimits.archiveEntries) entries or too long a directory")
        }
        guard let place = FileLimits.range(from: start, count: size, within: limit), place.upperBound == limit else {
            throw refuse("the zip file's directory is not where its end says")
        }
        return (place, count)
    }

    private func readEnd64(
        before end: Int
    ) throws(ConvNetError) -> (disks: Int, count: Int, size: Int, start: Int, limit: Int)? {
        guard end >= Self.locatorSize else { return nil }
        let locator = try source.bytes(in: end - Self.locatorSize..<end)
        guard locator.littleEndian(at: 0, size: 4) == Signature.locator64 else { return nil }
        guard let place = locator.littleEndian(at: 8, size: 8),
            let range = FileLimits.range(from: place, count: Self.end64Size, within: end - Self.locatorSize),
            range.upperBound == end - Self.locatorSize
        else { throw refuse("the zip file's end is not where its locator says") }
        let record = try source.bytes(in: range)
        guard record.littleEndian(at: 0, size: 4) == Signature.end64,
            record.littleEndian(at: 4, size: 8) == Self.end64Size - 12,
            let disk = record.littleEndian(at: 16, size: 4), let directoryDisk = record.littleEndian(at: 20, size: 4),
            let count = record.littleEndian(at: 32, size: 8), record.littleEndian(at: 24, size: 8) == count,
            let size = record.littleEndian(at: 40, size: 8), let start = record.littleEndian(at: 48, size: 8)
        else { throw refuse("the zip file's end contradicts itself") }
        return (disk | directoryDisk, count, size, start, place)
    }

    // MARK: - The directory

    private func readRecords(_ bytes: [UInt8], count: Int) throws(ConvNetError) -> [Record] {
        var records: [Record] = []
        var position = 0
        while position < bytes.count {
            guard bytes.littleEndian(at: position, size: 4) == Signature.record,
                position + Self.recordSize <= bytes.count
            else { throw refuse("the zip file's directory is damaged") }
            func field(_ offset: Int, _ size: Int) -> Int { bytes.littleEndian(at: position + offset, size: size) ?? 0 }
            let (nameLength, extraLength, commentLength) = (field(28, 2), field(30, 2), field(32, 2))
            let extraStart = position + Self.recordSize + nameLength
            let next = extraStart + extraLength + commentLength
            guard next <= bytes.count else { throw refuse("the zip file's directory is damaged") }
            var record = Record(
                name: try name(bytes[position + Self.recordSize..<extraStart]), flags: field(8, 2),
                method: field(10, 2), checksum: field(16, 4), packedSize: field(20, 4), size: field(24, 4),
                start: field(42, 4))
            var wide = Wide(in: Array(bytes[extraStart..<extraStart + extraLength]))
            if record.size == Self.in64.long { record.size = try wide.take(of: record.name, self) }
            if record.packedSize == Self.in64.long { record.packedSize = try wide.take(of: record.name, self) }
            if record.start == Self.in64.long { record.start = try wide.take(of: record.name, self) }
            guard field(34, 2) == 0 else { throw refuse("the zip file is one part of several") }
            try check(record)
            records.append(record)
            position = next
        }
        guard records.count == count else {
            throw refuse("the zip file's directory has \(records.count) entries, not \(count)")
        }
        return records
    }

    private func name(_ bytes: ArraySlice<UInt8>) throws(ConvNetError) -> String {
        guard (1...FileLimits.nameBytes).contains(bytes.count), !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }),
            let name = String(validating: bytes, as: UTF8.self)
        else { throw refuse("the name of one of its entries is empty, too long or not text") }
        // Nothing is ever written under these names; whoever chose such a one meant harm.
        guard !name.hasPrefix("/"), !name.contains("\\"), !name.split(separator: "/").contains("..") else {
            throw refuse("entry '\(name)' is named after a place outside the archive")
        }
        return name
    }

    private func check(_ record: Record) throws(ConvNetError) {
        let name = record.name
        guard record.flags & Flag.encrypted == 0 else {
            throw ConvNetError(
                .invalidData, path: source.path, "entry '\(name)' is encrypted; save the archive without a password")
        }
        guard record.method == 0 || record.method == 8 else {
            throw ConvNetError(
                .invalidData, path: source.path,
                "entry '\(name)' is packed by method \(record.method), but only stored and deflated entries can be read; "
                    + "save the archive again")
        }
        guard record.method == 8 || record.size == record.packedSize else {
            throw refuse("entry '\(name)' is stored, but its two sizes differ")
        }
        try requireUnpackable(record.size)
    }

    // MARK: - The entries

    /// Compares what stands before the data with the directory, and finds the data and the entry's end.
    private func locate(_ record: Record, before limit: Int) throws(ConvNetError) -> (data: Range<Int>, end: Int) {
        let contradiction = refuse("what the archive says of entry '\(record.name)' differs from what stands there")
        guard let fixed = FileLimits.range(from: record.start, count: Self.localHeaderSize, within: limit) else {
            throw refuse("entry '\(record.name)' lies outside the zip file's data")
        }
        let header = try source.bytes(in: fixed)
        func field(_ offset: Int, _ size: Int) -> Int { header.littleEndian(at: offset, size: size) ?? 0 }
        guard field(0, 4) == Signature.localHeader, field(6, 2) == record.flags, field(8, 2) == record.method,
            let names = FileLimits.range(from: fixed.upperBound, count: field(26, 2) + field(28, 2), within: limit)
        else { throw contradiction }
        let rest = try source.bytes(in: names)
        guard rest.prefix(field(26, 2)).elementsEqual(record.name.utf8) else { throw contradiction }
        guard let data = FileLimits.range(from: names.upperBound, count: record.packedSize, within: limit) else {
            throw refuse("entry '\(record.name)' reaches into the zip file's directory or beyond its end")
        }

        var (checksum, packedSize, size) = (field(14, 4), field(18, 4), field(22, 4))
        var wide = Wide(in: Array(rest.dropFirst(field(26, 2))))
        if size == Self.in64.long { size = try wide.take(of: record.name, self) }
        if packedSize == Self.in64.long { packedSize = try wide.take(of: record.name, self) }
        var end = data.upperBound
        if record.flags & Flag.hasDescriptor != 0 {
            guard let descriptor = try descriptorSize(record, at: end, before: limit) else { throw contradiction }
            end += descriptor
            if checksum == 0, packedSize == 0, size == 0 {
                (checksum, packedSize, size) = (record.checksum, record.packedSize, record.size)
            }
        }
        guard checksum == record.checksum, packedSize == record.packedSize, size == record.size else {
            throw contradiction
        }
        return (data, end)
    }

    /// The length of the checksum and sizes behind the data: with a signature or without, sizes of 32 or of 64 bits.
    private func descriptorSize(_ record: Record, at start: Int, before limit: Int) throws(ConvNetError) -> Int? {
        let bytes = try source.bytes(in: start..<min(start + 24, limit))
        let offset = bytes.littleEndian(at: 0, size: 4) == Signature.dataDescriptor ? 4 : 0
        guard bytes.littleEndian(at: offset, size: 4) == record.checksum else { return nil }
        return [4, 8].first { width in
            bytes.littleEndian(at: offset + 4, size: width) == record.packedSize
                && bytes.littleEndian(at: offset + 4 + width, size: width) == record.size
        }.map { offset + 4 + 2 * $0 }
    }

    /// The sizes and offsets of 64 bits in an entry's extra fields, in the format's order.
    private struct Wide {
        private var numbers: [Int] = []

        init(in extra: [UInt8]) {
            var position = 0
            while let tag = extra.littleEndian(at: position, size: 2),
                let length = extra.littleEndian(at: position + 2, size: 2)
            {
                if tag == 1 {
                    numbers = stride(from: 0, to: length - 7, by: 8).compactMap {
                        extra.littleEndian(at: position + 4 + $0, size: 8)
                    }
                    return
                }
                position += 4 + length
            }
        }

        mutating func take(of name: String, _ directory: ZipDirectory) throws(ConvNetError) -> Int {
            guard !numbers.isEmpty else { throw directory.refuse("the sizes of entry '\(name)' are missing") }
            return numbers.removeFirst()
        }
    }
}
