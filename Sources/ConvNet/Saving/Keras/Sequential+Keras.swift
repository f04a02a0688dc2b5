import FoundationEssentials

extension Sequential {
    /// A network that another program's file became.
    public struct Imported {
        /// The network with its weights; compiled, where the file says how.
        public let model: Sequential
        /// What differs from the file, a sentence each: settings that matter to further training and are not there here.
        /// Weights and predictions are the file's.
        public let notes: [String]
    }

    /// Opens a model that Keras saved: `.keras` of Keras 3, or a whole model in HDF5 (`.h5`).
    ///
    /// The model is a `Sequential`, or a functional one whose layers are a chain, of the layers that this library has.
    /// Settings of the optimizer are taken over, its state is not: further training begins with an optimizer at rest.
    ///
    /// ```swift
    /// let opened = try Sequential.load(keras: "model.keras")
    /// opened.notes.forEach { print($0) }
    /// print(try opened.model.predictClasses(images))
    /// ```
    ///
    /// - Parameters:
    ///   - path: The file; which of the two it is follows from its content.
    ///   - helper: The program that reads HDF5.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `unavailable` where there is no helper;
    ///   `invalidData` where the file is damaged, or the model has something that this library has not: the text names the
    ///   layer, its setting, and what to do.
    public static func load(keras path: String, helper: HDF5Helper? = .find()) throws -> Imported {
        let file = try KerasFile(path, helper: helper)
        guard let config = file.config else {
            throw ConvNetError(
                .invalidData, path: path,
                "it holds weights without a network; name the network that they belong to (digits convert --model), or save the "
                    + "whole model")
        }
        let architecture = try KerasArchitecture(config, path: path)
        let graph: Graph
        let layers: [any Layer]
        do {
            layers = try named(architecture.layers)
            graph = try Sequential.graph(inputShape: architecture.inputShape, layers: layers)
        } catch let error as ConvNetError {
            throw ConvNetError(.invalidData, path: path, "its network can't be built: \(error.message)".printable)
        }
        let weights = try KerasWeights(layers: layers, parameters: graph.parameters).read(
            try file.content(), path: path)
        let model = Sequential(name: architecture.name, seed: 0, layers: layers, graph: graph)
        try model.setWeights(weights)
        if let scale = architecture.inputScale { model.info.preprocessing.scale = scale }
        var notes = architecture.notes
        if let training = try file.training.map({ try KerasTraining($0, path: path) }) {
            notes += training.notes
            if let optimizer = training.optimizer, let loss = training.loss {
                model.compile(optimizer: optimizer, loss: loss, metrics: training.metrics)
            }
        }
        return Imported(model: model, notes: notes.map(\.printable))
    }

    /// Saves the network as a `.keras` file, which Keras 3 opens, predicts the same with, and trains further.
    ///
    /// The same network gives the same bytes. ``info`` is not in the file: Keras has no place for it.
    ///
    /// - Parameters:
    ///   - path: The file; what stood there before is replaced.
    ///   - helper: The program that writes HDF5.
    /// - Throws: ``ConvNetError``: `invalidModel` that names what Keras does not have; `unavailable` where there is no
    ///   helper; `cannotCreate` and `inputOutput`.
    public func save(keras path: String, helper: HDF5Helper? = .find()) throws {
        let config = try KerasWriting(path: path).model(self)
        guard let helper else { throw HDF5Helper.missing(path) }
        let weights = KerasWeights(layers: layers, parameters: graph.parameters)
            .counted(store.tensor, optimizer: compilation?.optimizer)
        let bytes = try helper.bytes(of: weights, for: path)
        let metadata = JSONValue.object([
            .init(name: "keras_version", value: .string(KerasFile.version)),
            // Keras asks for a date; this one keeps the bytes the same.
            .init(name: "date_saved", value: .string("1980-01-01@00:00:00")),
        ])
        try AtomicFile.write(to: path) { sink in
            var archive = ZipWriter(path: path)
            try archive.add(KerasFile.metadataName, Array(metadata.text.utf8), to: &sink)
            try archive.add(KerasFile.configName, Array(config.text.utf8), to: &sink)
            try archive.add(KerasFile.weightsName, bytes, to: &sink)
            try archive.finish(&sink)
        }
    }

    /// Saves the network as one HDF5 file, as Keras 2 did and Keras 3 still does where a name ends with `.h5`.
    ///
    /// - Parameters:
    ///   - path: The file; what stood there before is replaced.
    ///   - helper: The program that writes HDF5.
    /// - Throws: As ``save(keras:helper:)``.
    public func save(h5 path: String, helper: HDF5Helper? = .find()) throws {
        let writing = KerasWriting(path: path)
        let config = try writing.model(self)
        guard let helper else { throw HDF5Helper.missing(path) }
        var content = KerasWeights(layers: layers, parameters: graph.parameters).named(store.tensor, layers: layers)
        content.set("keras_version", of: "", to: .text(KerasFile.version))
        content.set("backend", of: "", to: .text("tensorflow"))
        content.set("model_config", of: "", to: .text(KerasFile.withoutModules(config).text))
        if let compilation {
            let training = JSONValue.object(try writing.training(compilation, "optimizer_config"))
            content.set("training_config", of: "", to: .text(KerasFile.withoutModules(training).text))
        }
        let bytes = try helper.bytes(of: content, for: path)
        try AtomicFile.write(to: path) { sink in try sink.write(bytes) }
    }
}
