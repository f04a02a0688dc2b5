/// Named tensors and texts in one file, in the safetensors format: it holds nothing that could be run, and any other
/// framework can read it.
///
/// ```swift
/// var file = SafetensorsFile(metadata: ["made by": "an example"])
/// file["dense.kernel"] = .ones([784, 10])
/// try file.write(to: "weights.safetensors")
/// print(try SafetensorsFile.read("weights.safetensors").names)
/// ```
///
/// The file is: the header's length as eight bytes, little-endian; the header, JSON that gives each tensor's type,
/// shape and place; the elements, little-endian, without gaps. Only 32-bit floats are read and written.
///
/// Source: the format's description in the repository `huggingface/safetensors`.
public struct SafetensorsFile: Sendable, Equatable {
    /// Texts that travel with the tensors.
    public var metadata: [String: String]
    /// The tensors' names, in the order of the file.
    public private(set) var names: [String] = []
    /// The tensors by name.
    public private(set) var tensors: [String: Tensor] = [:]

    /// A file without tensors.
    ///
    /// - Parameter metadata: Texts that travel with the tensors.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// The tensor of a name. A new one goes to the end of the file; nil removes one.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set {
            if newValue == nil {
                names.removeAll { $0 == name }
            } else if tensors[name] == nil {
                names.append(name)
            }
            tensors[name] = newValue
        }
    }

    /// The header's name for the texts.
    static let metadataName = "__metadata__"

    /// Writes the file: whole, or not at all. The same content gives the same bytes.
    ///
    /// - Parameter path: The file; what stood there before is replaced.
    /// - Throws: ``ConvNetError``: `invalidArgument` where a name is empty, longer than 256 bytes or `__metadata__`,
    ///   there are more than 10,000 tensors, one has more than 8 axes, or the texts are longer than the format's 100
    ///   MB; `cannotCreate` and `inputOutput` where the file cannot be made or written.
    public func write(to path: String) throws {
        try write(to: path, isLasting: true)
    }

    /// Writes the file as ``write(to:)`` does, but where `isLasting` is false without waiting for the disk.
    package func write(to path: String, isLasting: Bool) throws {
        let header = try header(for: path)
        try AtomicFile.write(to: path, isLasting: isLasting) { sink in
            try sink.write([UInt64(header.utf8.count)])
            try sink.write(header)
            for name in names {
                if let tensor = tensors[name] { try sink.write(tensor.scalars) }
            }
        }
    }

    /// Size of the tensors, in bytes.
    var byteCount: Int { tensors.values.reduce(0) { $0 + $1.count * MemoryLayout<Float>.size } }

    /// The header, filled up with spaces so that the elements begin at a multiple of eight bytes.
    private func header(for path: String) throws -> String {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidArgument, path: path, message) }
        guard names.count <= FileLimits.tensors else {
            throw refuse("\(names.count) tensors are too many for a file; write at most \(FileLimits.tensors)")
        }
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }
            members.append(
                .init(
                    name: Self.metadataName,
                    value: .object(texts.map { .init(name: $0.key, value: .string($0.value)) })))
        }
        var offset = 0
        for name in names {
            guard let tensor = tensors[name] else { continue }
            guard (1...FileLimits.nameBytes).contains(name.utf8.count), name != Self.metadataName else {
                throw refuse("a tensor cannot be called '\(name)'; use a name of 1 to \(FileLimits.nameBytes) bytes")
            }
            guard tensor.rank <= FileLimits.rank else {
                throw refuse("tensor '\(name)' has \(tensor.rank) axes; a file holds at most \(FileLimits.rank)")
            }
            let end = offset + tensor.count * MemoryLayout<Float>.size
            members.append(
                .init(
                    name: name,
                    value: .object([
                        .init(name: "dtype", value: .string("F32")),
                        .init(name: "shape", value: .array(tensor.shape.map { .integer($0) })),
                        .init(name: "data_offsets", value: .array([.integer(offset), .integer(end)])),
                    ])))
            offset = end
        }
        let text = JSONValue.object(members).text
        let padding = (8 - text.utf8.count % 8) % 8
        guard text.utf8.count + padding <= FileLimits.headerBytes else {
            throw refuse("the texts are longer than a header may be; shorten them")
        }
        return text + String(repeating: " ", count: padding)
    }
}
