import Testing

@testable import ConvNet

/// Layers from Keras's class names and settings. What the settings leave out keeps the layer's own default, which must be
/// Keras's too.
enum KerasLayers {
    static func layer(_ className: String, _ config: JSONValue) throws -> any Layer {
        switch className {
        case "Dense":
            var layer = Dense(try #require(config["units"]?.integer))
            set(&layer.useBias, config["use_bias"]?.bool)
            set(&layer.activation, try activation(config))
            set(&layer.kernelRegularizer, config["kernel_regularizer"].map(regularizer))
            return layer
        case "Conv2D":
            var layer = Conv2D(
                try #require(config["filters"]?.integer), kernelSize: try #require(try size(config, "kernel_size")))
            set(&layer.strides, try size(config, "strides"))
            set(&layer.padding, try padding(config))
            set(&layer.dilation, try size(config, "dilation_rate"))
            set(&layer.dataFormat, try dataFormat(config))
            set(&layer.activation, try activation(config))
            set(&layer.useBias, config["use_bias"]?.bool)
            return layer
        case "MaxPooling2D":
            var layer = MaxPooling2D()
            set(&layer.poolSize, try size(config, "pool_size"))
            set(&layer.strides, try size(config, "strides"))
            set(&layer.padding, try padding(config))
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "AveragePooling2D":
            var layer = AveragePooling2D()
            set(&layer.poolSize, try size(config, "pool_size"))
            set(&layer.strides, try size(config, "strides"))
            set(&layer.padding, try padding(config))
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "GlobalMaxPooling2D":
            var layer = GlobalMaxPooling2D()
            set(&layer.keepDimensions, config["keepdims"]?.bool)
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "GlobalAveragePooling2D":
            var layer = GlobalAveragePooling2D()
            set(&layer.keepDimensions, config["keepdims"]?.bool)
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "ZeroPadding2D":
            let borders = (config["padding"]?.array ?? []).compactMap(\.integers)
            try #require(borders.map(\.count) == [2, 2])
            var layer = ZeroPadding2D(
                top: borders[0][0], bottom: borders[0][1], left: borders[1][0], right: borders[1][1])
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "Flatten":
            var layer = Flatten()
            set(&layer.dataFormat, try dataFormat(config))
            return layer
        case "Reshape":
            return Reshape(try #require(config["target_shape"]?.integers))
        case "Dropout":
            return Dropout(try #require(config.float("rate")))
        case "Activation":
            return Activation(try #require(try activation(config)))
        case "BatchNormalization":
            var layer = BatchNormalization()
            set(&layer.axis, config["axis"]?.integer)
            set(&layer.momentum, config.float("momentum"))
            set(&layer.epsilon, config.float("epsilon"))
            set(&layer.center, config["center"]?.bool)
            set(&layer.scale, config["scale"]?.bool)
            return layer
        default:
            throw UnknownToTests(what: "layer \(className)")
        }
    }

    private static func set<Value>(_ setting: inout Value, _ value: Value?) {
        if let value { setting = value }
    }

    private static func set<Value>(_ setting: inout Value?, _ value: Value?) {
        if let value { setting = value }
    }

    private static func activation(_ config: JSONValue) throws -> ActivationFunction? {
        try config["activation"]?.string.map { try activation(named: $0, .object([])) }
    }

    private static func padding(_ config: JSONValue) throws -> Padding? {
        try config["padding"]?.string.map { try #require(Padding(rawValue: $0)) }
    }

    private static func dataFormat(_ config: JSONValue) throws -> DataFormat? {
        try config["data_format"]?.string.map { try #require(DataFormat(rawValue: $0)) }
    }

    private static func regularizer(_ penalty: JSONValue) -> Regularizer {
        Regularizer(l1: penalty.float("l1") ?? 0, l2: penalty.float("l2") ?? 0)
    }

    /// The activation of a name with its own settings.
    static func activation(named name: String, _ config: JSONValue) throws -> ActivationFunction {
        switch name {
        case "leaky_relu": config.float("negative_slope").map { .leakyReLU(slope: $0) } ?? .leakyReLU()
        case "elu": config.float("alpha").map { .elu(alpha: $0) } ?? .elu()
        case "gelu": config["approximate"]?.bool.map { .gelu(approximate: $0) } ?? .gelu()
        default: try #require(ActivationFunction(name: name), "there is no activation \(name)")
        }
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
