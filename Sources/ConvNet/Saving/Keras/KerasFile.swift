/// The parts of a file that Keras saved.
struct KerasFile {
    /// The version of Keras whose files are written.
    static let version = "3.15.1"

    static let metadataName = "metadata.json"
    static let configName = "config.json"
    static let weightsName = "model.weights.h5"
    static let arraysName = "model.weights.npz"

    /// The network; nil in a file of weights.
    let config: JSONValue?
    /// How the network was compiled.
    let training: JSONValue?
    private let weights: Weights

    private enum Weights {
        case read(HDF5Content)
        case packed(ZipArchive, HDF5Helper?)
    }

    /// Reads a `.keras` archive, the weights aside, or an HDF5 file.
    init(_ path: String, helper: HDF5Helper?) throws {
        let magic = try InputFile(path: path).readBytes(8)
        if magic.starts(with: Array("PK".utf8)) {
            let archive = try ZipArchive(path: path)
            let config = try Self.config(archive)
            weights = .packed(archive, helper)
            self.config = config
            training = config["compile_config"].flatMap { $0 == .null ? nil : $0 }
        } else if magic == [0x89] + Array("HDF\r\n".utf8) + [0x1a, 0x0a] {
            guard let helper else { throw HDF5Helper.missing(path) }
            let content = try helper.read(path)
            weights = .read(content)
            config = try Self.json("model_config", content, path)
            training = try Self.json("training_config", content, path)
        } else {
            throw ConvNetError(
                .invalidData, path: path, "this is neither a .keras nor an .h5 file; name a model that Keras saved")
        }
    }

    /// The weights. An archive's are unpacked here and not before, so that a network that is refused costs no more than
    /// its description.
    func content() throws -> HDF5Content {
        switch weights {
        case .read(let content): content
        case .packed(let archive, let helper): try Self.content(archive, helper: helper)
        }
    }

    private static func config(_ archive: ZipArchive) throws(ConvNetError) -> JSONValue {
        guard let entry = archive[configName] else {
            throw ConvNetError(
                .invalidData, path: archive.path,
                "it has no \(configName), so that it is no .keras file; save the model again")
        }
        guard entry.size <= FileLimits.headerBytes else {
            throw ConvNetError(.invalidData, path: archive.path, "its \(configName) is too long; save the model again")
        }
        return try parse(try archive.read(entry)[...], named: configName, archive.path)
    }

    private static func content(_ archive: ZipArchive, helper: HDF5Helper?) throws -> HDF5Content {
        if let entry = archive[weightsName] {
            guard let helper else { throw HDF5Helper.missing(archive.path) }
            return try TemporaryFolder.use { folder in
                let copy = "\(folder)/weights.h5"
                let bytes = try archive.read(entry)
                try AtomicFile.write(to: copy, isLasting: false) { sink in try sink.write(bytes) }
                return try helper.read(copy, named: archive.path)
            }
        }
        guard let entry = archive[arraysName] else {
            throw ConvNetError(
                .invalidData, path: archive.path,
                "it has neither \(weightsName) nor \(arraysName); save the model again")
        }
        // Keras itself pickles dictionaries here and then cannot read them; arrays under their paths can be.
        let arrays = try NpzFile(try ZipArchive(ZipSource(try archive.read(entry), path: archive.path)))
        var content = HDF5Content()
        content.add(group: "layers")
        for name in arrays.names { content.datasets[name] = arrays[name] }
        return content
    }

    private static func json(_ attribute: String, _ content: HDF5Content, _ path: String) throws(ConvNetError)
        -> JSONValue?
    {
        guard let text = content.text(attribute, of: "") else { return nil }
        return try parse(Array(text.utf8)[...], named: attribute, path)
    }

    private static func parse(
        _ bytes: ArraySlice<UInt8>, named name: String, _ path: String
    ) throws(ConvNetError) -> JSONValue {
        do {
            return try JSONReader.read(bytes)
        } catch {
            throw ConvNetError(
                .invalidData, path: path, "its \(name) is not valid JSON (\(error)); save the model again")
        }
    }

    /// A description as HDF5 files have it: Keras reads it by the rules of Keras 2, which knew no modules.
    static func withoutModules(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.filter { !["module", "registered_name", "compile_config"].contains($0.name) }
                    .map { .init(name: $0.name, value: withoutModules($0.value)) })
        case .array(let elements): .array(elements.map(withoutModules))
        default: value
        }
    }
}
