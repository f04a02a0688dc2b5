extension Sequential {
    /// Saves the weights alone, under their layers' names, as in `conv2d/kernel`: `.npz` for NumPy, `.safetensors`, or
    /// `.h5` as Keras 3 has it.
    ///
    /// - Parameters:
    ///   - path: The file; its name's ending says the format.
    ///   - helper: The program that writes HDF5.
    /// - Throws: ``ConvNetError``: `invalidArgument` where the name has another ending; `unavailable` where there is no
    ///   helper; `cannotCreate` and `inputOutput`.
    public func saveWeights(to path: String, helper: HDF5Helper? = .find()) throws {
        switch try ModelFormat(path: path) {
        case .npz:
            var file = NpzFile()
            for (name, tensor) in weights { file[name] = tensor }
            try file.write(to: path)
        case .safetensors:
            var file = SafetensorsFile()
            for (name, tensor) in weights { file[name] = tensor }
            try file.write(to: path)
        case .h5:
            guard let helper else { throw HDF5Helper.missing(path) }
            let content = KerasWeights(layers: layers, parameters: graph.parameters).counted(
                store.tensor, optimizer: nil)
            let bytes = try helper.bytes(of: content, for: path)
            try AtomicFile.write(to: path) { sink in try sink.write(bytes) }
        case .keras:
            throw ConvNetError(
                .invalidArgument, path: path, "a .keras file holds the whole model; save(keras:) writes it")
        }
    }

    /// Replaces all weights by those of a file: of a model or weights file of Keras, of `.npz` and `.safetensors` by their
    /// names.
    ///
    /// In `.npz` and `.safetensors` a weight may be called `conv2d/kernel`, `conv2d.kernel` or `conv2d/kernel:0`.
    ///
    /// - Parameters:
    ///   - path: The file; its name's ending says the format.
    ///   - helper: The program that reads HDF5.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData` where it is damaged, or a weight
    ///   is missing, has another shape or belongs to no layer; `unavailable` where there is no helper. Then no weight has
    ///   changed.
    public func loadWeights(from path: String, helper: HDF5Helper? = .find()) throws {
        switch try ModelFormat(path: path) {
        case .npz: try setWeights(try matched(try NpzFile.read(path).arrays, path: path))
        case .safetensors: try setWeights(try matched(try SafetensorsFile.read(path).tensors, path: path))
        case .keras, .h5:
            let file = try KerasFile(path, helper: helper)
            try setWeights(
                try KerasWeights(layers: layers, parameters: graph.parameters).read(try file.content(), path: path))
        }
    }

    /// A file's tensors under the names of this network's weights.
    private func matched(_ tensors: [String: Tensor], path: String) throws(ConvNetError) -> [String: Tensor] {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message.printable) }
        func plain(_ name: String) -> String {
            String((name.hasSuffix(":0") ? name.dropLast(2) : name[...]).map { $0 == "." ? "/" : $0 })
        }
        var known: [String: Parameter] = [:]
        for parameter in graph.parameters { known[plain(parameter.name)] = parameter }
        var values: [String: Tensor] = [:]
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            guard let parameter = known[plain(name)] else {
                throw refuse(
                    "tensor '\(name)' belongs to no layer of the network, whose weights are "
                        + graph.parameters.map(\.name).joined(separator: ", "))
            }
            guard parameter.shape == tensor.shape else {
                throw refuse(
                    "weight \(parameter.name) has shape \(tensor.shape), but the network needs \(parameter.shape)")
            }
            guard values.updateValue(tensor, forKey: parameter.name) == nil else {
                throw refuse("weight \(parameter.name) occurs twice; save it once")
            }
        }
        if let missing = graph.parameters.first(where: { values[$0.name] == nil }) {
            throw refuse("weight \(missing.name) is missing; name the network that was saved")
        }
        return values
    }
}
