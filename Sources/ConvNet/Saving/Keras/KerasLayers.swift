/// Makes layers of what a Keras file says of them.
///
/// Source: `keras.layers` of Keras 3.15, `get_config` of each; older names of settings from Keras 2.
struct KerasLayers {
    let path: String
    /// What differs in training, for people: weights and predictions are as in Keras.
    private(set) var notes: [String] = []

    init(path: String) {
        self.path = path
    }

    /// What a layer of Keras becomes.
    enum Meaning {
        case layer(any Layer)
        /// The shape of one example.
        case input([Int])
        /// A factor for pixels.
        case rescaling(Float)
    }

    mutating func read(_ className: String, _ config: JSONValue) throws(ConvNetError) -> Meaning {
        let name = config["name"]?.string
        let owner = KerasOptions.owner(layer: name, className)
        var options = KerasOptions(config, of: owner, path: path)
        options.ignore(
            "name", "dtype_policy", "input_dtype", "batch_input_shape", "build_config", "quantization_config")
        noteTraining(&options)
        if className == "InputLayer" { return .input(try inputShape(config, of: owner)) }
        if className == "Rescaling" { return .rescaling(try rescaling(&options)) }
        var layer = try layer(className, &options)
        layer.name = name
        try options.finish()
        return .layer(layer)
    }

    /// The shape of one example that a layer's settings state.
    func inputShape(_ config: JSONValue, of owner: String) throws(ConvNetError) -> [Int] {
        let stated = config["batch_shape"] ?? config["batch_input_shape"]
        let sizes = stated?.array?.dropFirst().map(\.integer) ?? []
        guard !sizes.isEmpty, !sizes.contains(nil) else {
            throw ConvNetError(
                .invalidData, path: path,
                "\(owner) takes inputs of any size; build the model with a fixed input shape, as in (28, 28, 1)"
                    .printable)
        }
        return sizes.compactMap(\.self)
    }

    mutating func note(_ text: String) {
        notes.append(text)
    }

    private mutating func noteTraining(_ options: inout KerasOptions) {
        if options.take("trainable") == .boolean(false) {
            note("\(options.owner) was frozen (trainable = False); here it learns in further training")
        }
        let type = options.take("dtype")
        let policy = type?.string ?? type?["config"]?["name"]?.string ?? "float32"
        if policy != "float32" {
            note("\(options.owner) computed in \(policy); here it computes in float32")
        }
        for name in [
            "activity_regularizer", "kernel_constraint", "bias_constraint", "beta_constraint", "gamma_constraint",
            "beta_regularizer", "gamma_regularizer", "noise_shape",
        ] {
            if let value = options.take(name) {
                let kind = KerasOptions.object(value)?.className ?? value.text
                note("\(options.owner) had \(name) = \(kind), which further training here does without")
            }
        }
    }

    private mutating func layer(
        _ className: String, _ options: inout KerasOptions
    ) throws(ConvNetError) -> any Layer {
        switch className {
        case "Dense": return try dense(&options)
        case "Conv2D", "Convolution2D": return try conv2D(&options)
        case "BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2": return try normalization(&options)
        case "MaxPooling2D", "MaxPool2D":
            return MaxPooling2D(
                poolSize: try options.size("pool_size") ?? 2, strides: try options.size("strides"),
                padding: try options.padding() ?? .valid, dataFormat: try options.dataFormat() ?? .channelsLast)
        case "AveragePooling2D", "AvgPool2D":
            return AveragePooling2D(
                poolSize: try options.size("pool_size") ?? 2, strides: try options.size("strides"),
                padding: try options.padding() ?? .valid, dataFormat: try options.dataFormat() ?? .channelsLast)
        case "GlobalMaxPooling2D", "GlobalMaxPool2D":
            return GlobalMaxPooling2D(
                keepDimensions: try options.bool("keepdims") ?? false,
                dataFormat: try options.dataFormat() ?? .channelsLast)
        case "GlobalAveragePooling2D", "GlobalAvgPool2D":
            return GlobalAveragePooling2D(
                keepDimensions: try options.bool("keepdims") ?? false,
                dataFormat: try options.dataFormat() ?? .channelsLast)
        case "ZeroPadding2D": return try zeroPadding(&options)
        case "Flatten": return Flatten(dataFormat: try options.dataFormat() ?? .channelsLast)
        case "Reshape": return Reshape(try options.integers("target_shape") ?? [])
        case "Dropout":
            let seed = try options.integer("seed")
            return Dropout(try options.float("rate") ?? 0.5, seed: seed.map { UInt64(truncatingIfNeeded: $0) })
        default: return Activation(try activation(className, &options))
        }
    }

    private mutating func dense(_ options: inout KerasOptions) throws(ConvNetError) -> Dense {
        guard let units = try options.integer("units") else { throw options.problem("states no units; save it again") }
        return Dense(
            units, activation: try options.activation() ?? .linear, useBias: try options.bool("use_bias") ?? true,
            kernelInitializer: initializer("kernel_initializer", &options, or: .glorotUniform),
            biasInitializer: initializer("bias_initializer", &options, or: .zeros),
            kernelRegularizer: regularizer("kernel_regularizer", &options),
            biasRegularizer: regularizer("bias_regularizer", &options))
    }

    private mutating func conv2D(_ options: inout KerasOptions) throws(ConvNetError) -> Conv2D {
        guard let filters = try options.integer("filters"), let kernelSize = try options.size("kernel_size") else {
            throw options.problem("states no filters or no kernel_size; save the model again")
        }
        try options.require("groups", .integer(1))
        return Conv2D(
            filters, kernelSize: kernelSize, strides: try options.size("strides") ?? 1,
            padding: try options.padding() ?? .valid, dilation: try options.size("dilation_rate") ?? 1,
            dataFormat: try options.dataFormat() ?? .channelsLast, activation: try options.activation() ?? .linear,
            useBias: try options.bool("use_bias") ?? true,
            kernelInitializer: initializer("kernel_initializer", &options, or: .glorotUniform),
            biasInitializer: initializer("bias_initializer", &options, or: .zeros),
            kernelRegularizer: regularizer("kernel_regularizer", &options),
            biasRegularizer: regularizer("bias_regularizer", &options))
    }

    private mutating func normalization(_ options: inout KerasOptions) throws(ConvNetError) -> BatchNormalization {
        // Keras 2 wrote the axis as a list of one.
        let stated = options.take("axis") ?? .integer(-1)
        guard let axis = stated.integer ?? (stated.integers?.count == 1 ? stated.integers?.first : nil) else {
            throw options.problem("has an axis that is not one whole number; normalise one axis")
        }
        options.ignore(
            "moving_mean_initializer", "moving_variance_initializer", "renorm_momentum", "fused", "virtual_batch_size")
        return BatchNormalization(
            axis: axis, momentum: try options.float("momentum") ?? 0.99, epsilon: try options.float("epsilon") ?? 1e-3,
            center: try options.bool("center") ?? true, scale: try options.bool("scale") ?? true,
            betaInitializer: initializer("beta_initializer", &options, or: .zeros),
            gammaInitializer: initializer("gamma_initializer", &options, or: .ones))
    }

    private func zeroPadding(_ options: inout KerasOptions) throws(ConvNetError) -> ZeroPadding2D {
        let format = try options.dataFormat() ?? .channelsLast
        let padding = options.take("padding")
        let borders = padding?.array?.compactMap(\.integers) ?? []
        if borders.count == 2, borders.allSatisfy({ $0.count == 2 }) {
            return ZeroPadding2D(
                top: borders[0][0], bottom: borders[0][1], left: borders[1][0], right: borders[1][1],
                dataFormat: format)
        }
        let sides = padding.map { $0.integers ?? $0.integer.map { [$0, $0] } ?? [] } ?? [1, 1]
        guard sides.count == 2 else {
            throw options.problem("has a padding that is not ((top, bottom), (left, right)); save the model again")
        }
        return ZeroPadding2D(Size(sides[0], sides[1]), dataFormat: format)
    }

    /// Layers that are an activation and nothing else.
    private func activation(
        _ className: String, _ options: inout KerasOptions
    ) throws(ConvNetError) -> ActivationFunction {
        switch className {
        case "Activation":
            guard let activation = try options.activation() else {
                throw options.problem("names no activation; save the model again")
            }
            return activation
        case "ReLU":
            if let threshold = try options.float("threshold"), threshold != 0 {
                throw options.problem("has threshold = \(threshold), which ConvNet does not have; use 0")
            }
            let slope = try options.float("negative_slope") ?? 0
            return slope == 0 ? .relu : .leakyReLU(slope: slope)
        case "LeakyReLU":
            let older = try options.float("alpha")
            return .leakyReLU(slope: try options.float("negative_slope") ?? older ?? 0.3)
        case "ELU":
            return .elu(alpha: try options.float("alpha") ?? 1)
        case "Softmax":
            try options.require("axis", .integer(-1))
            return .softmax
        default:
            throw options.problem(
                "is not one that ConvNet has; replace it by layers that there are (Dense, Conv2D, MaxPooling2D, "
                    + "AveragePooling2D, GlobalMaxPooling2D, GlobalAveragePooling2D, BatchNormalization, Dropout, Flatten, "
                    + "Reshape, ZeroPadding2D, Activation)")
        }
    }

    private func rescaling(_ options: inout KerasOptions) throws(ConvNetError) -> Float {
        if let offset = options.take("offset"), offset.double != 0 {
            throw options.problem("has an offset, which ConvNet does not have; shift the images before the model")
        }
        guard let scale = try options.float("scale") else {
            throw options.problem("has a scale that is not one number; scale the images before the model")
        }
        return scale
    }
}
