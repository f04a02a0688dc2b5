/// The layers of a model of Keras, as far as they are a chain.
struct KerasArchitecture {
    let name: String
    let inputShape: [Int]
    let layers: [any Layer]
    /// The factor of a Rescaling that the model began with, which is not among the layers.
    let inputScale: Float?
    /// What differs from Keras in training, for people.
    let notes: [String]

    /// Reads the configuration that Keras saves of a model: of `Sequential`, or of a functional model without branches.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` that names the layer, its setting and what to do.
    init(_ model: JSONValue, path: String) throws(ConvNetError) {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message.printable) }
        let entries: [JSONValue]
        switch model["class_name"]?.string {
        case "Sequential":
            // Early Keras wrote the list of layers alone.
            entries = model["config"]?["layers"]?.array ?? model["config"]?.array ?? []
        case "Functional", "Model":
            entries = try Self.chain(model["config"] ?? .null, refuse)
        case let other:
            throw refuse(
                "its model is a \(other ?? "nameless class"), but only Sequential and functional models can be read; "
                    + "rebuild it as one of these")
        }
        guard entries.count <= FileLimits.layers else { throw refuse("it has too many layers; split the model") }

        var reader = KerasLayers(path: path)
        var inputShape: [Int]?
        var inputScale: Float?
        var layers: [any Layer] = []
        for entry in entries {
            guard let className = entry["class_name"]?.string, let config = entry["config"] else {
                throw refuse("one of its layers has no class or no settings; save the model again")
            }
            let owner = KerasOptions.owner(layer: config["name"]?.string, className)
            if inputShape == nil, className != "InputLayer",
                config["batch_input_shape"] != nil || config["batch_shape"] != nil
            {
                inputShape = try reader.inputShape(config, of: owner)
            }
            switch try reader.read(className, config) {
            case .layer(let layer):
                layers.append(layer)
            case .input(let shape):
                guard inputShape == nil, layers.isEmpty else { throw refuse("\(owner) is a second input; give it one") }
                inputShape = shape
            case .rescaling(let scale):
                guard layers.isEmpty, inputScale == nil else {
                    throw refuse("\(owner) stands inside the network; ConvNet has it as the first layer alone")
                }
                inputScale = scale
                reader.note(
                    "\(owner) is left out: give pixels multiplied by \(scale), as data sets here do with 1/255")
            }
        }
        let built = model["build_config"]?["input_shape"] ?? model["config"]?["build_input_shape"]
        let builtShape = built?.array?.dropFirst().map(\.integer)
        guard let shape = inputShape ?? builtShape.flatMap({ $0.contains(nil) ? nil : $0.compactMap(\.self) }) else {
            throw refuse("its model has no input shape; begin it with keras.Input and save it again")
        }
        name = model["config"]?["name"]?.string ?? "sequential"
        self.inputShape = shape
        self.layers = layers
        self.inputScale = inputScale
        notes = reader.notes
    }

    /// The layers of a functional model in the order in which they follow each other.
    private static func chain(
        _ config: JSONValue, _ refuse: (String) -> ConvNetError
    ) throws(ConvNetError) -> [JSONValue] {
        var followers: [String: [JSONValue]] = [:]
        var first: JSONValue?
        let layers = config["layers"]?.array ?? []
        for layer in layers {
            let name = layer["name"]?.string ?? ""
            let nodes = layer["inbound_nodes"]?.array ?? []
            if nodes.isEmpty {
                guard first == nil else { throw refuse("layer '\(name)' is a second input; a network here has one") }
                first = layer
                continue
            }
            guard nodes.count == 1 else {
                throw refuse(
                    "layer '\(name)' is used \(nodes.count) times; a network here is a chain, so build it of copies")
            }
            let inputs = inputs(of: nodes[0])
            guard inputs.count == 1 else {
                throw refuse(
                    "layer '\(name)' (\(layer["class_name"]?.string ?? "")) takes \(inputs.count) inputs; a network here is a "
                        + "chain of layers, so rebuild the model without branches")
            }
            followers[inputs[0], default: []].append(layer)
        }
        guard let first else { throw refuse("its functional model has no input; save it again") }
        var chain = [first]
        while let name = chain.last?["name"]?.string, let next = followers[name] {
            guard next.count == 1 else {
                throw refuse(
                    "\(next.count) layers follow layer '\(name)'; a network here is a chain of layers, so rebuild the model "
                        + "without branches")
            }
            chain += next
            guard chain.count <= layers.count else { throw refuse("its layers follow each other in a circle") }
        }
        guard chain.count == layers.count else { throw refuse("some of its layers do not follow from its input") }
        if let output = layerNames(config["output_layers"]).first, chain.last?["name"]?.string != output {
            throw refuse("its output is not its last layer; end the model there")
        }
        return chain
    }

    /// The layers whose outputs a call of a layer takes: `[["name", 0, 0, {}]]` in Keras 2, tensors with a history among
    /// the arguments in Keras 3.
    private static func inputs(of node: JSONValue) -> [String] {
        if node.array != nil { return layerNames(node) }
        var names: [String] = []
        var open = (node["args"]?.array ?? []) + (node["kwargs"]?.members ?? []).map(\.value)
        while let value = open.popLast() {
            if value["class_name"]?.string == "__keras_tensor__" {
                names += layerNames(value["config"]?["keras_history"])
            } else {
                open += value.array ?? []
            }
        }
        return names
    }

    /// The names in `["name", 0, 0]` or in a list of such.
    private static func layerNames(_ value: JSONValue?) -> [String] {
        guard let elements = value?.array else { return [] }
        if let name = elements.first?.string { return [name] }
        return elements.flatMap { layerNames($0) }
    }
}
