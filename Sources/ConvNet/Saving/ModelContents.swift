/// A model file, read and checked; no memory is taken yet for the network that it describes.
struct ModelContents {
    let description: ModelDescription
    /// Each with its name.
    let layers: [any Layer]
    let graph: Graph
    private let file: SafetensorsFile

    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming what is wrong, where it
    ///   is not a model file, is cut or contradicts itself, or holds a layer that is not known.
    init(of path: String, customLayers: [any Layer.Type]) throws {
        file = try SafetensorsFile.read(path)
        func problem(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }

        guard let json = file.metadata[ModelDescription.metadataName] else {
            throw problem(
                "it is a safetensors file without ConvNet's description of the network; "
                    + "load it into a network (digits convert --model)")
        }
        description = try ModelDescription.read(json, customLayers: customLayers, problem)
        do {
            layers = try Sequential.named(description.layers.map(\.layer))
            graph = try Sequential.graph(inputShape: description.inputShape, layers: layers)
        } catch let error as ConvNetError {
            throw problem("its network can't be built: \(error.message)")
        }
        try Self.requireTensors(of: graph, in: file, problem)
    }

    /// Copies the weights.
    func fill(_ store: ParameterStore) {
        for parameter in graph.parameters {
            if let tensor = file[parameter.name] { store.set(parameter, to: tensor) }
        }
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
        // A checkpoint has the state of training besides.
        guard file.names.count == graph.parameters.count || file.metadata[Checkpoint.metadataName] != nil else {
            let known = Set(graph.parameters.map(\.name))
            let foreign = file.names.first { !known.contains($0) } ?? ""
            throw problem("tensor \(foreign) belongs to no layer; save the model again")
        }
    }
}
