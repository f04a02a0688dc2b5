/// A layer as Keras writes it: `{"class_name": …, "config": …}`. The closed table below is all that a file can make.
struct LayerEnvelope: Codable {
    /// Where the decoder finds types of layers that the library does not have.
    static let customLayers = userInfoKey("convnet.customLayers")

    private static let known: [any Layer.Type] = [
        Activation.self, AveragePooling2D.self, BatchNormalization.self, Conv2D.self, Dense.self, Dropout.self,
        Flatten.self, GlobalAveragePooling2D.self, GlobalMaxPooling2D.self, MaxPooling2D.self, Reshape.self,
        ZeroPadding2D.self,
    ]

    let layer: any Layer

    private enum Key: String, CodingKey {
        case className = "class_name"
        case config
    }

    init(layer: any Layer) {
        self.layer = layer
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .className)
        let custom = decoder.userInfo[Self.customLayers] as? [any Layer.Type] ?? []
        guard let type = (Self.known + custom).first(where: { $0.className == name }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .className, in: values, debugDescription: "layer \(name) is not one that this library has")
        }
        layer = try values.decode(type, forKey: .config)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(type(of: layer).className, forKey: .className)
        try values.encode(layer, forKey: .config)
    }

    private static func userInfoKey(_ name: String) -> CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: name) else { preconditionFailure("\(name) is no key") }
        return key
    }
}

/// An optimizer as Keras writes it.
struct OptimizerEnvelope: Codable {
    private static let known: [any Optimizer.Type] = [SGD.self, RMSprop.self, Adam.self, AdamW.self]

    let optimizer: any Optimizer

    private enum Key: String, CodingKey {
        case className = "class_name"
        case config
    }

    init(optimizer: any Optimizer) {
        self.optimizer = optimizer
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .className)
        guard let type = Self.known.first(where: { $0.className == name }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .className, in: values, debugDescription: "optimizer \(name) is not one that this library has")
        }
        optimizer = try values.decode(type, forKey: .config)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(type(of: optimizer).className, forKey: .className)
        try values.encode(optimizer, forKey: .config)
    }
}
