extension SafetensorsFile {
    /// Reads a file, every field of whose header is checked.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file or it cannot be opened; `invalidData`
    ///   where it is not in the format, is cut or has something added, has tensors that overlap or leave gaps, or
    ///   tensors of another type than 32-bit floats; `inputOutput` where reading fails.
    public static func read(_ path: String) throws -> SafetensorsFile {
        let input = try InputFile(path: path)
        let prefix = try input.readBytes(8)
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard prefix.count == 8, length >= 2, length <= UInt64(FileLimits.headerBytes) else { throw foreign(path) }
        let bytes = try input.readBytes(min(Int(length), max(0, input.size - 8)))
        guard bytes.first == UInt8(ascii: "{") else { throw foreign(path) }
        guard bytes.count == Int(length) else {
            throw SafetensorsHeader.refuse(path, "the file breaks off inside its header; copy or save it again")
        }
        let header = try SafetensorsHeader(bytes, dataSize: input.size - 8 - bytes.count, path: path)

        var file = SafetensorsFile(metadata: header.metadata)
        var read: [String: Tensor] = [:]
        for entry in header.entries.sorted(by: { $0.bytes.lowerBound < $1.bytes.lowerBound }) {
            let count = entry.bytes.count / MemoryLayout<Float>.size
            let scalars: [Float] = try input.readNumbers(count)
            guard scalars.count == count else {
                throw SafetensorsHeader.refuse(path, "the file became shorter while it was read; read it again")
            }
            read[entry.name] = Tensor(shape: entry.shape, scalars: scalars)
        }
        for entry in header.entries {
            file[entry.name] = read[entry.name]
        }
        return file
    }

    private static func foreign(_ path: String) -> ConvNetError {
        SafetensorsHeader.refuse(path, "this is not a safetensors file; name one, such as a model saved before")
    }
}

/// What the header of a safetensors file says, checked against the file's size.
struct SafetensorsHeader: Sendable, Equatable {
    /// Where a tensor lies.
    struct Entry: Sendable, Equatable {
        let name: String
        let shape: [Int]
        /// Within the data, which begins after the header.
        let bytes: Range<Int>
    }

    let metadata: [String: String]
    /// In the header's order.
    let entries: [Entry]

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - header: Its JSON.
    ///   - dataSize: How many bytes follow it.
    ///   - path: Named in errors.
    init(_ header: [UInt8], dataSize: Int, path: String) throws(ConvNetError) {
        let json: JSONValue
        do {
            json = try JSONReader.read(header[...])
        } catch {
            throw Self.refuse(path, "its header is not JSON (\(error)); copy or save it again")
        }
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for member in json.members ?? [] {
            if member.name == SafetensorsFile.metadataName {
                metadata = try Self.metadata(member.value, path: path)
            } else {
                entries.append(try Self.entry(member.name, member.value, dataSize: dataSize, path: path))
            }
        }
        guard entries.count <= FileLimits.tensors else {
            throw Self.refuse(path, "it has more than \(FileLimits.tensors) tensors; split it")
        }
        try Self.requireCover(entries, dataSize: dataSize, path: path)
        self.metadata = metadata
        self.entries = entries
    }

    static func refuse(_ path: String, _ message: String) -> ConvNetError {
        ConvNetError(.invalidData, path: path, message)
    }

    private static func metadata(_ value: JSONValue, path: String) throws(ConvNetError) -> [String: String] {
        var metadata: [String: String] = [:]
        guard let members = value.members else {
            throw refuse(path, "its __metadata__ is not an object of texts; save it again")
        }
        for member in members {
            guard let text = member.value.string else {
                throw refuse(path, "its metadata '\(shortened(member.name))' is not a text; save it again")
            }
            metadata[member.name] = text
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ value: JSONValue, dataSize: Int, path: String
    ) throws(ConvNetError) -> Entry {
        let shown = shortened(name)
        func refuseTensor(_ message: String) -> ConvNetError { refuse(path, "tensor '\(shown)' \(message)") }

        guard (1...FileLimits.nameBytes).contains(name.utf8.count) else {
            throw refuseTensor("has a name that is not 1 to \(FileLimits.nameBytes) bytes long; rename it")
        }
        guard let members = value.members, members.count == 3, let type = value["dtype"]?.string,
            let lengths = value["shape"]?.array, let offsets = value["data_offsets"]?.array
        else {
            throw refuseTensor("is not described by dtype, shape and data_offsets; save the file again")
        }
        guard type == "F32" else {
            throw refuseTensor("has the type \(shortened(type)), but only F32 can be read; convert it to 32-bit floats")
        }
        guard lengths.count <= FileLimits.rank else {
            throw refuseTensor("has \(lengths.count) axes; at most \(FileLimits.rank) can be read")
        }
        var shape: [Int] = []
        for length in lengths {
            guard let length = length.integer, length >= 0 else {
                throw refuseTensor("has a length that is not a whole number from 0; save the file again")
            }
            shape.append(length)
        }
        let size = FileLimits.byteCount(of: shape, elementSize: MemoryLayout<Float>.size, atMost: .max)
        guard offsets.count == 2, let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0,
            begin <= end
        else {
            throw refuseTensor("has no valid data_offsets; save the file again")
        }
        guard end <= dataSize else {
            throw refuseTensor("ends behind the end of the file, which is cut off; copy or save it again")
        }
        guard end - begin == size else {
            throw refuseTensor("has the shape \(shape), but \(end - begin) bytes; save the file again")
        }
        return Entry(name: name, shape: shape, bytes: begin..<end)
    }

    /// The tensors lie side by side, from the beginning of the data to its end.
    private static func requireCover(_ entries: [Entry], dataSize: Int, path: String) throws(ConvNetError) {
        var position = 0
        let ordered = entries.map(\.bytes).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        for bytes in ordered {
            guard bytes.lowerBound == position else {
                throw refuse(path, "its tensors overlap or leave gaps; save it again")
            }
            position = bytes.upperBound
        }
        guard position == dataSize else {
            throw refuse(path, "its tensors end at byte \(position) of \(dataSize); copy or save it again")
        }
    }

    /// A name from a file, fit to be shown in a sentence.
    private static func shortened(_ name: String) -> String {
        let printable = name.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        return String(String.UnicodeScalarView(printable.prefix(64)))
    }
}
