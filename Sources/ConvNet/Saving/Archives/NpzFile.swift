/// Named arrays in one file, as `numpy.savez` writes and `numpy.load` reads them: a zip file of npy files.
///
/// ```swift
/// var file = NpzFile()
/// file["dense/kernel"] = .ones([784, 10])
/// try file.write(to: "weights.npz")
/// print(try NpzFile.read("weights.npz").names)
/// ```
///
/// Numbers of any type are read as 32-bit floats, of which alone files are written. Python objects are refused: reading
/// them would run code.
public struct NpzFile: Sendable, Equatable {
    /// The arrays' names, in the order of the file.
    public private(set) var names: [String] = []
    /// The arrays by name.
    public private(set) var arrays: [String: Tensor] = [:]

    /// A file without arrays.
    public init() {}

    /// The array of a name. A new one goes to the end of the file; nil removes one.
    public subscript(name: String) -> Tensor? {
        get { arrays[name] }
        set {
            if newValue == nil {
                names.removeAll { $0 == name }
            } else if arrays[name] == nil {
                names.append(name)
            }
            arrays[name] = newValue
        }
    }

    /// Reads a file.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming the array and what is
    ///   wrong, where it is not in the format, is damaged, or holds anything but numbers; `inputOutput`.
    public static func read(_ path: String) throws -> NpzFile {
        try NpzFile(try ZipArchive(path: path))
    }

    /// Reads the arrays of an archive.
    init(_ archive: ZipArchive) throws(ConvNetError) {
        for entry in archive.entries {
            let (name, array) = try Self.array(entry, in: archive)
            guard self[name] == nil else {
                throw ConvNetError(.invalidData, path: archive.path, "array '\(name)' occurs twice; save it once")
            }
            self[name] = Tensor(shape: array.shape, scalars: array.floats())
        }
    }

    /// The arrays of some names, with their elements as they are in the file; what else there is is not unpacked.
    ///
    /// - Throws: As ``read(_:)`` does, and `invalidData` where one is missing.
    static func arrays(_ names: [String], in path: String) throws(ConvNetError) -> [NpyArray] {
        let archive = try ZipArchive(path: path)
        var arrays: [NpyArray] = []
        for name in names {
            guard let entry = archive[name + suffix] else {
                throw ConvNetError(
                    .invalidData, path: path,
                    "it has no array '\(name)'; name a file with \(names.joined(separator: ", "))")
            }
            arrays.append(try array(entry, in: archive).array)
        }
        return arrays
    }

    private static let suffix = ".npy"

    private static func array(
        _ entry: ZipArchive.Entry, in archive: ZipArchive
    ) throws(ConvNetError) -> (name: String, array: NpyArray) {
        let name = entry.name.hasSuffix(suffix) ? String(entry.name.dropLast(suffix.count)) : entry.name
        return (name, try NpyArray(try archive.read(entry), name: name, path: archive.path))
    }

    /// Writes the file: whole, or not at all. The same content gives the same bytes.
    ///
    /// - Parameter path: The file; what stood there before is replaced.
    /// - Throws: ``ConvNetError``: `invalidArgument` where a name is empty or longer than 256 bytes with its `.npy`, an
    ///   array has more than 8 axes, or all together are more than 4 GiB; `cannotCreate` and `inputOutput` where the file
    ///   cannot be made or written.
    public func write(to path: String) throws {
        for name in names {
            guard (1...FileLimits.nameBytes - Self.suffix.utf8.count).contains(name.utf8.count),
                (arrays[name]?.rank ?? 0) <= FileLimits.rank
            else {
                throw ConvNetError(
                    .invalidArgument, path: path,
                    "array '\(name)' cannot be written; use a name of 1 to "
                        + "\(FileLimits.nameBytes - Self.suffix.utf8.count) bytes and at most \(FileLimits.rank) axes")
            }
        }
        try AtomicFile.write(to: path) { sink in
            var archive = ZipWriter(path: path)
            for name in names {
                if let tensor = arrays[name] {
                    try archive.add(name + Self.suffix, NpyArray.file(of: tensor), to: &sink)
                }
            }
            try archive.finish(&sink)
        }
    }
}
