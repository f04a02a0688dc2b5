import FoundationEssentials

/// The model file: safetensors with the weights under their names, and the rest as JSON in the metadata entry `convnet`.
///
/// A reader opens files of its own major version; newer minor versions only add what older readers may ignore.
struct ModelDescription: Codable {
    struct Version: Codable, Sendable, Equatable {
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

extension ModelDescription {
    /// Reads a description.
    ///
    /// - Parameter problem: Makes the error of a sentence.
    static func read(
        _ json: String, customLayers: [any Layer.Type], _ problem: (String) -> ConvNetError
    ) throws -> ModelDescription {
        let value = try readValue(json, version: currentVersion, "description of the network", problem)
        let count = value["layers"]?.array?.count ?? 0
        guard count <= FileLimits.layers else {
            throw problem(
                "its network has \(count) layers, but at most \(FileLimits.layers) are read; save a smaller one")
        }
        let decoder = JSONDecoder()
        decoder.userInfo[LayerEnvelope.customLayers] = customLayers
        do {
            return try decoder.decode(Self.self, from: Data(json.utf8))
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

    /// Reads JSON that says its format's version, more strictly than the decoder does: depth, duplicate names, numbers.
    ///
    /// - Parameters:
    ///   - version: The newest that this library knows. Newer minor versions only add what may be ignored.
    ///   - what: What the text is, for sentences.
    ///   - problem: Makes the error of a sentence.
    static func readValue(
        _ json: String, version own: Version, _ what: String, _ problem: (String) -> ConvNetError
    ) throws -> JSONValue {
        let value: JSONValue
        do {
            value = try JSONReader.read(json)
        } catch {
            throw problem("its \(what) is not valid JSON (\(error)); save the model again")
        }
        if let major = value["version"]?["major"]?.integer, major != own.major {
            throw problem(
                major > own.major
                    ? "it has format version \(major), newer than this program's \(own.major); use a newer digits or library"
                    : "it has format version \(major), which there is not; save the model again")
        }
        return value
    }
}
