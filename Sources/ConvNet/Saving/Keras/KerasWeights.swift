/// Where Keras keeps a network's weights in HDF5.
///
/// Keras 3 counts: `layers/conv2d_1/vars/0` is the first weight of the second convolution, whatever the layer is called.
/// Keras 2 and `.h5` files name: the group of a layer has an attribute with the names of its weights. A layer's weights
/// come in the order that ``Sequential/parameters`` has too.
struct KerasWeights {
    /// A layer with weights, and these in order.
    private struct Holder {
        let name: String
        let parameters: [Parameter]
        /// Where Keras 3 keeps the weights.
        let group: String
    }

    private let holders: [Holder]

    /// The places of a network's weights.
    init(layers: [any Layer], parameters: [Parameter]) {
        // A parameter's name is its layer's, which may contain slashes, a slash and its own.
        let byLayer = Dictionary(grouping: parameters) { parameter in
            String(parameter.name[..<(parameter.name.lastIndex(of: "/") ?? parameter.name.startIndex)])
        }
        var holders: [Holder] = []
        var counts: [String: Int] = [:]
        for layer in layers {
            let name = layer.name ?? ""
            let own = byLayer[name] ?? []
            let className = type(of: layer).className
            let group = "layers/\(layer.defaultName(count: counts[className, default: 0]))"
            counts[className, default: 0] += 1
            if !own.isEmpty { holders.append(Holder(name: name, parameters: own, group: group)) }
        }
        self.holders = holders
    }

    // MARK: - Reading

    /// The weights in a file, by the names of this library's parameters.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` that names the layer and what is wrong.
    func read(_ content: HDF5Content, path: String) throws(ConvNetError) -> [String: Tensor] {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message.printable) }
        if content.groups.contains("_layer_checkpoint_dependencies") {
            throw refuse("it is a weights file of Keras 2.12 to 2.15; open it there and save the whole model as .h5")
        }
        let tensors: [(holder: Holder, tensors: [Tensor])]
        if let root = ["model_weights", ""].first(where: { content.texts("layer_names", of: $0) != nil }) {
            tensors = try named(content, root: root, refuse)
        } else if content.groups.contains("layers") {
            tensors = try counted(content, refuse)
        } else {
            throw refuse("its HDF5 holds no weights of Keras; name a model or weights file that Keras saved")
        }
        var weights: [String: Tensor] = [:]
        for (holder, tensors) in tensors {
            guard tensors.count == holder.parameters.count else {
                throw refuse(
                    "layer '\(holder.name)' has \(tensors.count) weights in the file, but needs \(holder.parameters.count)"
                )
            }
            for (parameter, tensor) in zip(holder.parameters, tensors) {
                guard parameter.shape == tensor.shape else {
                    throw refuse(
                        "weight \(parameter.name) has shape \(tensor.shape), but the network needs \(parameter.shape)")
                }
                weights[parameter.name] = tensor
            }
        }
        return weights
    }

    /// The form of Keras 3.
    private func counted(
        _ content: HDF5Content, _ refuse: (String) -> ConvNetError
    ) throws(ConvNetError) -> [(holder: Holder, tensors: [Tensor])] {
        var counts: [String: Int] = [:]
        for name in content.datasets.names {
            guard let range = name.firstRange(of: "/vars/") else { continue }
            counts[String(name[..<range.lowerBound]), default: 0] += 1
        }
        let known = Set(holders.map(\.group))
        // Metrics have weights too, and random states of dropout layers lie one level lower: neither is a layer's weight.
        let isLayer: (String) -> Bool = { $0.hasPrefix("layers/") && $0.split(separator: "/").count == 2 }
        if let foreign = counts.keys.filter({ isLayer($0) && !known.contains($0) }).min() {
            throw refuse("the weights in \(foreign) belong to no layer of the network; name the network that was saved")
        }
        return holders.map { holder in
            (
                holder,
                (0..<counts[holder.group, default: 0]).compactMap { content.datasets["\(holder.group)/vars/\($0)"] }
            )
        }
    }

    /// The form of Keras 2: by the layers' names, or in their order where the names are others.
    private func named(
        _ content: HDF5Content, root: String, _ refuse: (String) -> ConvNetError
    ) throws(ConvNetError) -> [(holder: Holder, tensors: [Tensor])] {
        var stored: [(name: String, tensors: [Tensor])] = []
        for layer in content.texts("layer_names", of: root) ?? [] {
            let group = root.isEmpty ? layer : "\(root)/\(layer)"
            let names = content.texts("weight_names", of: group) ?? []
            if names.isEmpty { continue }
            var tensors: [Tensor] = []
            for name in names {
                guard let tensor = content.datasets["\(group)/\(name)"] else {
                    throw refuse("weight '\(name)' of layer '\(layer)' is missing; save the model again")
                }
                tensors.append(tensor)
            }
            stored.append((layer, tensors))
        }
        guard stored.count == holders.count else {
            throw refuse(
                "\(stored.count) layers in the file have weights, but \(holders.count) in the network; name the network that "
                    + "was saved")
        }
        let byName = Dictionary(stored.map { ($0.name, $0.tensors) }, uniquingKeysWith: { first, _ in first })
        let areNamed = holders.allSatisfy { byName[$0.name] != nil }
        return zip(holders, stored).map { holder, inOrder in
            (holder, areNamed ? byName[holder.name] ?? [] : inOrder.tensors)
        }
    }

    // MARK: - Writing

    /// The content of `model.weights.h5` in Keras's own files, and of a `.weights.h5` file.
    ///
    /// - Parameters:
    ///   - tensor: The values of a parameter.
    ///   - optimizer: If there is one, it gets its variables, at their beginning.
    func counted(_ tensor: (Parameter) -> Tensor, optimizer: (any Optimizer)?) -> HDF5Content {
        var content = HDF5Content()
        content.add(group: "layers")
        for holder in holders {
            content.add(group: "\(holder.group)/vars")
            content.set("name", of: "\(holder.group)/vars", to: .text(holder.name))
            for (index, parameter) in holder.parameters.enumerated() {
                content.datasets["\(holder.group)/vars/\(index)"] = tensor(parameter)
            }
        }
        guard let optimizer else { return content }
        content.add(group: "optimizer/vars")
        content.set("name", of: "optimizer/vars", to: .text(type(of: optimizer).className.lowercased()))
        // Steps done, and where it is not a schedule the rate; then what the optimizer keeps of each weight.
        var variables = [Tensor(shape: [], scalars: [0])]
        if case .constant(let rate) = optimizer.learningRate { variables.append(Tensor(shape: [], scalars: [rate])) }
        let trainable = holders.flatMap(\.parameters).filter(\.isTrainable)
        let isInterleaved = optimizer is Adam || optimizer is AdamW
        let slots = (0..<optimizer.slotCount).flatMap { _ in trainable }
        let ordered = isInterleaved ? trainable.flatMap { [$0, $0] } : slots
        variables += ordered.map { Tensor(shape: $0.shape, repeating: 0) }
        for (index, variable) in variables.enumerated() { content.datasets["optimizer/vars/\(index)"] = variable }
        return content
    }

    /// The content of a whole model in one `.h5` file, without its configuration.
    func named(_ tensor: (Parameter) -> Tensor, layers: [any Layer]) -> HDF5Content {
        let root = "model_weights"
        var content = HDF5Content()
        content.add(group: root)
        content.set("layer_names", of: root, to: .texts(layers.compactMap(\.name)))
        for name in layers.compactMap(\.name) {
            let parameters = holders.first { $0.name == name }?.parameters ?? []
            content.add(group: "\(root)/\(name)")
            content.set("weight_names", of: "\(root)/\(name)", to: .texts(parameters.map(\.name)))
            for parameter in parameters { content.datasets["\(root)/\(name)/\(parameter.name)"] = tensor(parameter) }
        }
        return content
    }
}
