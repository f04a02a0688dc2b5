import FoundationEssentials

/// The model file: safetensors with the weights under their names, and the rest as JSON in the metadata entry `convnet`.
///
/// A reader opens files of its own major version; newer minor versions only add what older readers may ignore.
struct ModelDescription: Codable {
    struct Version: Codable {
        var major: Int
        var minor: Int
    }

    static let metadataName = "convnet"
    static let currentVersion = Version(major: 1, minor: 0)

    var version = Self.currentVersion
    var name: String
    var seed: UInt64
    var inputShape: [Int]
    var layers: [LayerEnvelope]
    var optimizer: OptimizerEnvelope?
    var loss: Loss?
    var metrics: [Metric]?
    var info: ModelInfo

    private enum CodingKeys: String, CodingKey {
        case version, name, seed, layers, optimizer, loss, metrics, info
        case inputShape = "input_shape"
    }
}

extension Sequential {
    /// Saves architecture, weights, settings of training and ``info`` in one safetensors file.
    ///
    /// The file is written beside its place, synced and renamed: there is the old one or the new one, never half of either.
    /// The optimizer's state is not saved.
    ///
    /// - Parameter path: The file; one that is there is replaced.
    /// - Throws: ``ConvNetError`` that names the file and the remedy: `cannotCreate` or `inputOutput`; `invalidModel` where
    ///   a layer's setting is not a finite number.
    public func save(to path: String) throws {
        let description = ModelDescription(
            name: name, seed: seed, inputShape: inputShape, layers: layers.map { LayerEnvelope(layer: $0) },
            optimizer: compilation.map { OptimizerEnvelope(optimizer: $0.optimizer) }, loss: compilation?.loss,
            metrics: compilation?.metrics, info: info)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json: String
        do {
            json = String(decoding: try encoder.encode(description), as: UTF8.self)
        } catch {
            throw ConvNetError(
                .invalidModel, path: path,
                "a setting of the network can't be written as JSON (\(error)); use finite numbers")
        }
        var file = SafetensorsFile(metadata: ["format": "convnet", ModelDescription.metadataName: json])
        for (name, tensor) in weights { file[name] = tensor }
        try file.write(to: path)
    }

    /// Opens a model file: the network with its weights, compiled as it was when it was saved.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - customLayers: Types of layers that the library does not have.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming what is wrong, where it
    ///   is not a model file, is cut or contradicts itself, or holds a layer that is not known.
    public static func load(from path: String, customLayers: [any Layer.Type] = []) throws -> Sequential {
        let file = try SafetensorsFile.read(path)
        func problem(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }

        guard let json = file.metadata[ModelDescription.metadataName] else {
            throw problem(
                "it is a safetensors file without ConvNet's description of the network; save it with this library")
        }
        let description = try decode(json, customLayers: customLayers, problem)
        let graph: Graph
        do {
            graph = try Sequential.graph(
                inputShape: description.inputShape, layers: try Sequential.named(description.layers.map(\.layer)))
        } catch let error as ConvNetError {
            throw problem("its network can't be built: \(error.message)")
        }
        try requireTensors(of: graph, in: file, problem)

        let model = Sequential(
            name: description.name, seed: description.seed,
            layers: try Sequential.named(description.layers.map(\.layer)), graph: graph)
        for parameter in graph.parameters {
            if let tensor = file[parameter.name] { model.store.set(parameter, to: tensor) }
        }
        model.info = description.info
        if let optimizer = description.optimizer?.optimizer, let loss = description.loss {
            model.compile(optimizer: optimizer, loss: loss, metrics: description.metrics ?? [])
        }
        return model
    }

    private static func decode(
        _ json: String, customLayers: [any Layer.Type], _ problem: (String) -> ConvNetError
    ) throws -> ModelDescription {
        do {
            // Stricter than the decoder: depth, duplicate names, numbers.
            let value = try JSONReader.read(json)
            if case .object(let members) = value,
                case .object(let version)? = members.first(where: { $0.name == "version" })?.value,
                case .integer(let major)? = version.first(where: { $0.name == "major" })?.value,
                major != ModelDescription.currentVersion.major
            {
                let own = ModelDescription.currentVersion.major
                throw problem(
                    major > own
                        ? "it has format version \(major), newer than this program's \(own); use a newer digits or library"
                        : "it has format version \(major), which there is not; save the model again")
            }
        } catch let error as JSONError {
            throw problem("its description of the network is not valid JSON (\(error)); save the model again")
        }
        let decoder = JSONDecoder()
        decoder.userInfo[LayerEnvelope.customLayers] = customLayers
        do {
            return try decoder.decode(ModelDescription.self, from: Data(json.utf8))
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            // The text is JSON, as was seen above; what the decoder cannot take then is a number.
            throw problem(
                "its description of the network has a number that is out of range or not whole; save the model again")
        } catch DecodingError.dataCorrupted(let context) {
            throw problem(
                "its \(place(context)) of the network is wrong (\(context.debugDescription)); save the model again")
        } catch DecodingError.keyNotFound(let key, _) {
            throw problem("its description of the network lacks \(key.stringValue); save the model again")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw problem("its \(place(context)) of the network is of a wrong kind; save the model again")
        } catch {
            throw problem("its description of the network can't be read (\(error)); save the model again")
        }
    }

    /// Where in the description, as in `description.seed`.
    private static func place(_ context: DecodingError.Context) -> String {
        (["description"] + context.codingPath.map(\.stringValue)).joined(separator: ".")
    }

    /// Every weight is there with its shape and nothing else is, before memory is reserved for them.
    private static func requireTensors(
        of graph: Graph, in file: SafetensorsFile, _ problem: (String) -> ConvNetError
    ) throws {
        for parameter in graph.parameters {
            guard let tensor = file[parameter.name] else {
                throw problem("weight \(parameter.name) is missing; save the model again")
            }
            guard tensor.shape == parameter.shape else {
                throw problem(
                    "weight \(parameter.name) has shape \(tensor.shape), but the network needs \(parameter.shape)")
            }
        }
        guard file.names.count == graph.parameters.count else {
            let known = Set(graph.parameters.map(\.name))
            let foreign = file.names.first { !known.contains($0) } ?? ""
            throw problem("tensor \(foreign) belongs to no layer; save the model again")
        }
    }
}
