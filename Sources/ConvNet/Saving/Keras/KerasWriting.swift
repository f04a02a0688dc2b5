/// A network in Keras's words, as its files have them.
///
/// Source: what `keras.Model.save` of Keras 3.15 writes; settings that are left out take Keras's defaults.
struct KerasWriting {
    let path: String

    func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidModel, path: path, message) }

    /// An object of a Keras module.
    static func object(_ module: String, _ className: String, _ config: [JSONValue.Member]) -> JSONValue {
        .object([
            .init(name: "module", value: .string(module)), .init(name: "class_name", value: .string(className)),
            .init(name: "config", value: .object(config)), .init(name: "registered_name", value: .null),
        ])
    }

    /// A number as its shortest decimal, as somebody would write it.
    static func number(_ value: Float) -> JSONValue {
        .number(Double("\(value)") ?? Double(value))
    }

    private static func size(_ size: Size) -> JSONValue { .array([.integer(size.height), .integer(size.width)]) }

    // MARK: - The model

    /// `config.json`, or the attribute `model_config`.
    func model(_ model: Sequential) throws(ConvNetError) -> JSONValue {
        var layers = [
            Self.object(
                "keras.layers", "InputLayer",
                [
                    .init(name: "batch_shape", value: .array([.null] + model.inputShape.map { .integer($0) })),
                    .init(name: "dtype", value: .string("float32")),
                    .init(name: "name", value: .string(inputName(model))),
                ])
        ]
        for layer in model.layers { layers += try objects(for: layer) }
        var members: [JSONValue.Member] = [
            .init(name: "module", value: .string("keras")), .init(name: "class_name", value: .string("Sequential")),
            .init(
                name: "config",
                value: .object([
                    .init(name: "name", value: .string(model.name)), .init(name: "trainable", value: .boolean(true)),
                    .init(name: "layers", value: .array(layers)),
                ])),
            .init(name: "registered_name", value: .null),
        ]
        if let compilation = model.compilation {
            members.append(.init(name: "compile_config", value: .object(try training(compilation, "optimizer"))))
        }
        return .object(members)
    }

    private func inputName(_ model: Sequential) -> String {
        let taken = Set(model.layers.compactMap(\.name))
        return (0...taken.count).lazy.map { $0 == 0 ? "input_layer" : "input_layer_\($0)" }
            .first { !taken.contains($0) } ?? "input_layer"
    }

    // MARK: - Layers

    private typealias Members = [JSONValue.Member]

    /// A layer; two where Keras has the activation's settings in a layer alone.
    private func objects(for layer: any Layer) throws(ConvNetError) -> [JSONValue] {
        let name = layer.name ?? ""
        guard name.utf8.allSatisfy(Self.isInNames), let first = name.utf8.first, first != 0x5f, first != 0x2d else {
            throw refuse(
                "layer '\(name)' has a name that Keras does not take; use letters, digits, and '_', '.', '-' inside it")
        }
        func own(_ config: Members) -> JSONValue {
            Self.object("keras.layers", type(of: layer).className, [.init(name: "name", value: .string(name))] + config)
        }
        switch layer {
        case let layer as Dense:
            let (activation, behind) = try split(layer.activation, of: name)
            var config: Members = [.init(name: "units", value: .integer(layer.units)), activation]
            config += weights(
                layer.useBias, layer.kernelInitializer, layer.biasInitializer, layer.kernelRegularizer,
                layer.biasRegularizer)
            return [own(config)] + behind
        case let layer as Conv2D:
            guard layer.dilation == 1 || layer.strides == 1 else {
                throw refuse(
                    "layer '\(name)' (Conv2D) has both strides and dilation, which Keras does not have; use one of them"
                )
            }
            let (activation, behind) = try split(layer.activation, of: name)
            var config: Members = [
                .init(name: "filters", value: .integer(layer.filters)),
                .init(name: "kernel_size", value: Self.size(layer.kernelSize)),
                .init(name: "strides", value: Self.size(layer.strides)),
                .init(name: "dilation_rate", value: Self.size(layer.dilation)),
                .init(name: "groups", value: .integer(1)),
            ]
            config += images(layer.padding, layer.dataFormat) + [activation]
            config += weights(
                layer.useBias, layer.kernelInitializer, layer.biasInitializer, layer.kernelRegularizer,
                layer.biasRegularizer)
            return [own(config)] + behind
        case let layer as BatchNormalization:
            return [
                own([
                    .init(name: "axis", value: .integer(layer.axis)),
                    .init(name: "momentum", value: Self.number(layer.momentum)),
                    .init(name: "epsilon", value: Self.number(layer.epsilon)),
                    .init(name: "center", value: .boolean(layer.center)),
                    .init(name: "scale", value: .boolean(layer.scale)),
                    .init(name: "beta_initializer", value: initializer(layer.betaInitializer)),
                    .init(name: "gamma_initializer", value: initializer(layer.gammaInitializer)),
                ])
            ]
        case let layer as MaxPooling2D:
            return [own(pooling(layer.poolSize, layer.strides) + images(layer.padding, layer.dataFormat))]
        case let layer as AveragePooling2D:
            return [own(pooling(layer.poolSize, layer.strides) + images(layer.padding, layer.dataFormat))]
        case let layer as GlobalMaxPooling2D:
            return [
                own([.init(name: "keepdims", value: .boolean(layer.keepDimensions))] + images(nil, layer.dataFormat))
            ]
        case let layer as GlobalAveragePooling2D:
            return [
                own([.init(name: "keepdims", value: .boolean(layer.keepDimensions))] + images(nil, layer.dataFormat))
            ]
        case let layer as ZeroPadding2D:
            let borders = [[layer.top, layer.bottom], [layer.left, layer.right]]
            let padding = JSONValue.array(borders.map { .array($0.map { .integer($0) }) })
            return [own([.init(name: "padding", value: padding)] + images(nil, layer.dataFormat))]
        case let layer as Flatten: return [own(images(nil, layer.dataFormat))]
        case let layer as Reshape:
            return [own([.init(name: "target_shape", value: .array(layer.targetShape.map { .integer($0) }))])]
        case let layer as Dropout:
            // Keras's seeds are whole numbers of 31 bits; a longer one would be refused.
            let seed = layer.seed.flatMap { Int32(exactly: $0) }.map { JSONValue.integer(Int($0)) } ?? .null
            return [own([.init(name: "rate", value: Self.number(layer.rate)), .init(name: "seed", value: seed)])]
        case let layer as Activation: return [try activation(layer.activation, named: name)]
        default:
            throw refuse(
                "layer '\(name)' (\(type(of: layer).className)) is not one that Keras has; save the model as .safetensors"
            )
        }
    }

    private static func isInNames(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private func pooling(_ window: Size, _ strides: Size?) -> Members {
        [
            .init(name: "pool_size", value: Self.size(window)),
            .init(name: "strides", value: Self.size(strides ?? window)),
        ]
    }

    private func images(_ padding: Padding?, _ format: DataFormat) -> Members {
        (padding.map { [.init(name: "padding", value: .string($0.rawValue))] } ?? [])
            + [.init(name: "data_format", value: .string(format.rawValue))]
    }

    private func weights(
        _ useBias: Bool, _ kernel: Initializer, _ bias: Initializer, _ kernelPenalty: Regularizer?,
        _ biasPenalty: Regularizer?
    ) -> Members {
        [
            .init(name: "use_bias", value: .boolean(useBias)),
            .init(name: "kernel_initializer", value: initializer(kernel)),
            .init(name: "bias_initializer", value: initializer(bias)),
            .init(name: "kernel_regularizer", value: regularizer(kernelPenalty)),
            .init(name: "bias_regularizer", value: regularizer(biasPenalty)),
        ]
    }

    private func initializer(_ initializer: Initializer) -> JSONValue {
        let config: Members =
            switch initializer.rule {
            case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
                [.init(name: "mean", value: Self.number(mean)), .init(name: "stddev", value: Self.number(deviation))]
            case .uniform(let low, let high):
                [.init(name: "minval", value: Self.number(low)), .init(name: "maxval", value: Self.number(high))]
            case .constant(let value) where initializer.className == "Constant":
                [.init(name: "value", value: Self.number(value))]
            case .constant, .varianceScaling: []
            }
        return Self.object("keras.initializers", initializer.className, config)
    }

    private func regularizer(_ regularizer: Regularizer?) -> JSONValue {
        guard let regularizer else { return .null }
        return Self.object(
            "keras.regularizers", "L1L2",
            [
                .init(name: "l1", value: Self.number(regularizer.l1)),
                .init(name: "l2", value: Self.number(regularizer.l2)),
            ])
    }

    // MARK: - Activations

    /// The activation inside a layer, or linear and the activation in a layer behind.
    private func split(
        _ function: ActivationFunction, of name: String
    ) throws(ConvNetError) -> (JSONValue.Member, [JSONValue]) {
        let isPlain = ActivationFunction(name: function.name) == function
        let inside = JSONValue.Member(
            name: "activation", value: .string((isPlain ? function : ActivationFunction.linear).name))
        return (inside, isPlain ? [] : [try activation(function, named: "\(name)_\(function.name)")])
    }

    private func activation(_ function: ActivationFunction, named name: String) throws(ConvNetError) -> JSONValue {
        let named = JSONValue.Member(name: "name", value: .string(name))
        if ActivationFunction(name: function.name) == function {
            return Self.object(
                "keras.layers", "Activation", [named, .init(name: "activation", value: .string(function.name))])
        }
        switch function {
        case .leakyReLU(let slope):
            return Self.object(
                "keras.layers", "LeakyReLU", [named, .init(name: "negative_slope", value: Self.number(slope))])
        case .elu(let alpha):
            return Self.object("keras.layers", "ELU", [named, .init(name: "alpha", value: Self.number(alpha))])
        default:
            throw refuse(
                "layer '\(name)' has \(function.name) with settings of its own, which Keras's files cannot say; use its "
                    + "default, or save the model as .safetensors")
        }
    }
}
