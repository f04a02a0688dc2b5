import Testing

@testable import ConvNet

/// Layers from Keras's class names and settings.
enum KerasLayers {
    static func layer(_ className: String, _ config: JSONValue) throws -> any Layer {
        let dataFormat =
            try config["data_format"]?.string.map { try #require(DataFormat(rawValue: $0)) } ?? .channelsLast
        let padding = try config["padding"]?.string.map { try #require(Padding(rawValue: $0)) } ?? .valid
        switch className {
        case "Dense":
            return Dense(
                try #require(config["units"]?.integer), activation: try activation(config),
                useBias: config["use_bias"]?.bool ?? true, kernelRegularizer: regularizer(config))
        case "Conv2D":
            return Conv2D(
                try #require(config["filters"]?.integer), kernelSize: try #require(try size(config, "kernel_size")),
                strides: try size(config, "strides") ?? 1, padding: padding,
                dilation: try size(config, "dilation_rate") ?? 1, dataFormat: dataFormat,
                activation: try activation(config), useBias: config["use_bias"]?.bool ?? true)
        case "MaxPooling2D":
            return MaxPooling2D(
                poolSize: try #require(try size(config, "pool_size")), strides: try size(config, "strides"),
                padding: padding, dataFormat: dataFormat)
        case "AveragePooling2D":
            return AveragePooling2D(
                poolSize: try #require(try size(config, "pool_size")), strides: try size(config, "strides"),
                padding: padding, dataFormat: dataFormat)
        case "GlobalMaxPooling2D":
            return GlobalMaxPooling2D(keepDimensions: config["keepdims"]?.bool ?? false, dataFormat: dataFormat)
        case "GlobalAveragePooling2D":
            return GlobalAveragePooling2D(keepDimensions: config["keepdims"]?.bool ?? false, dataFormat: dataFormat)
        case "ZeroPadding2D":
            let borders = (config["padding"]?.array ?? []).compactMap(\.integers)
            try #require(borders.map(\.count) == [2, 2])
            return ZeroPadding2D(
                top: borders[0][0], bottom: borders[0][1], left: borders[1][0], right: borders[1][1],
                dataFormat: dataFormat)
        case "Flatten":
            return Flatten(dataFormat: dataFormat)
        case "Reshape":
            return Reshape(try #require(config["target_shape"]?.integers))
        case "Dropout":
            return Dropout(try #require(config.float("rate")))
        case "Activation":
            return Activation(try activation(config))
        case "BatchNormalization":
            return BatchNormalization(
                axis: config["axis"]?.integer ?? -1, momentum: config.float("momentum") ?? 0.99,
                epsilon: config.float("epsilon") ?? 1e-3, center: config["center"]?.bool ?? true,
                scale: config["scale"]?.bool ?? true)
        default:
            throw UnknownToTests(what: "layer \(className)")
        }
    }

    /// The activation that a layer's settings name; `linear` where they name none.
    private static func activation(_ config: JSONValue) throws -> ActivationFunction {
        guard let name = config["activation"]?.string else { return .linear }
        return try activation(named: name, .object([]))
    }

    /// The activation of a name with its own settings.
    static func activation(named name: String, _ config: JSONValue) throws -> ActivationFunction {
        switch name {
        case "leaky_relu": .leakyReLU(slope: config.float("negative_slope") ?? 0.2)
        case "elu": .elu(alpha: config.float("alpha") ?? 1)
        case "gelu": .gelu(approximate: config["approximate"]?.bool ?? false)
        default: try #require(ActivationFunction(name: name), "there is no activation \(name)")
        }
    }

    private static func regularizer(_ config: JSONValue) -> Regularizer? {
        guard let penalty = config["kernel_regularizer"] else { return nil }
        return Regularizer(l1: penalty.float("l1") ?? 0, l2: penalty.float("l2") ?? 0)
    }

    private static func size(_ config: JSONValue, _ name: String) throws -> Size? {
        guard let value = config[name] else { return nil }
        let sides = try #require(value.integers)
        try #require(sides.count == 2)
        return Size(sides[0], sides[1])
    }
}

/// A fixture names something that the tests do not translate.
struct UnknownToTests: Error {
    let what: String
}
