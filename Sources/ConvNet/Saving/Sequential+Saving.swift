import FoundationEssentials

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
        try modelFile(for: path).write(to: path)
    }

    /// What ``save(to:)`` writes.
    func modelFile(for path: String) throws -> SafetensorsFile {
        var file = SafetensorsFile(
            metadata: ["format": "convnet", ModelDescription.metadataName: try descriptionText(for: path)])
        for (name, tensor) in weights { file[name] = tensor }
        return file
    }

    /// The network and how it is compiled, as JSON.
    func descriptionText(for path: String) throws -> String {
        let description = ModelDescription(
            name: name, seed: seed, inputShape: inputShape, layers: layers.map { LayerEnvelope(layer: $0) },
            optimizer: compilation.map { OptimizerEnvelope(optimizer: $0.optimizer) }, loss: compilation?.loss,
            metrics: compilation?.metrics, info: info)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(description), as: UTF8.self)
        } catch {
            throw ConvNetError(
                .invalidModel, path: path,
                "a setting of the network can't be written as JSON (\(error)); use finite numbers")
        }
    }

    /// Opens a model file: the network with its weights, compiled as it was when it was saved. For predictions alone,
    /// ``Predictor/load(from:customLayers:)`` opens it without anything that only training needs.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - customLayers: Types of layers that the library does not have.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming what is wrong, where it
    ///   is not a model file, is cut or contradicts itself, or holds a layer that is not known.
    public static func load(from path: String, customLayers: [any Layer.Type] = []) throws -> Sequential {
        let contents = try ModelContents(of: path, customLayers: customLayers)
        let description = contents.description
        let model = Sequential(
            name: description.name, seed: description.seed, layers: contents.layers, graph: contents.graph)
        contents.fill(model.store)
        model.info = description.info
        if let optimizer = description.optimizer?.optimizer, let loss = description.loss {
            model.compile(optimizer: optimizer, loss: loss, metrics: description.metrics ?? [])
        }
        return model
    }
}
