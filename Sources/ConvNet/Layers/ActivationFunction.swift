import CKernels

/// An element-wise function, or softmax along the last dimension. Formulas and defaults are those of Keras 3.
public enum ActivationFunction: Sendable, Hashable {
    /// x
    case linear
    /// max(x, 0)
    case relu
    /// x where x ≥ 0, slope · x below. Keras's activation has the slope 0.2, its layer 0.3.
    case leakyReLU(slope: Float = 0.2)
    /// x where x ≥ 0, alpha (eˣ - 1) below.
    case elu(alpha: Float = 1)
    /// x/2 (1 + erf(x/√2)), or its approximation by tanh (Hendrycks and Gimpel, arXiv 1606.08415).
    case gelu(approximate: Bool = false)
    /// x / (1 + e⁻ˣ), also called swish.
    case silu
    /// 1 / (1 + e⁻ˣ)
    case sigmoid
    /// tanh x
    case tanh
    /// log(1 + eˣ)
    case softplus
    /// eˣ / Σ eˣ along the last dimension.
    case softmax

    /// Keras's name.
    public var name: String {
        switch self {
        case .linear: "linear"
        case .relu: "relu"
        case .leakyReLU: "leaky_relu"
        case .elu: "elu"
        case .gelu: "gelu"
        case .silu: "silu"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .softplus: "softplus"
        case .softmax: "softmax"
        }
    }

    /// The activation of a Keras name, with its defaults; nil where there is none of that name.
    public init?(name: String) {
        switch name {
        case "linear": self = .linear
        case "relu": self = .relu
        case "leaky_relu": self = .leakyReLU()
        case "elu": self = .elu()
        case "gelu": self = .gelu()
        case "silu", "swish": self = .silu
        case "sigmoid": self = .sigmoid
        case "tanh": self = .tanh
        case "softplus": self = .softplus
        case "softmax": self = .softmax
        default: return nil
        }
    }

    /// Names that ``init(name:)`` takes.
    public static let names = [
        "linear", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax",
    ]

    /// The element-wise kernel; nil for softmax.
    var kernel: ck_activation? {
        switch self {
        case .linear: .linear
        case .relu: ck_activation(kind: CK_RELU, alpha: 0)
        case .leakyReLU(let slope): ck_activation(kind: CK_LEAKY_RELU, alpha: slope)
        case .elu(let alpha): ck_activation(kind: CK_ELU, alpha: alpha)
        case .gelu(let approximate): ck_activation(kind: approximate ? CK_GELU_TANH : CK_GELU, alpha: 0)
        case .silu: ck_activation(kind: CK_SILU, alpha: 0)
        case .sigmoid: ck_activation(kind: CK_SIGMOID, alpha: 0)
        case .tanh: ck_activation(kind: CK_TANH, alpha: 0)
        case .softplus: ck_activation(kind: CK_SOFTPLUS, alpha: 0)
        case .softmax: nil
        }
    }
}

/// Encoded as its name, or as an object with the name and what differs from Keras's default.
extension ActivationFunction: Codable {
    private enum Key: String, CodingKey {
        case name, slope, alpha, approximate
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.named(name, decoder)
            return
        }
        let values = try decoder.container(keyedBy: Key.self)
        switch try Self.named(try values.decode(String.self, forKey: .name), decoder) {
        case .leakyReLU: self = .leakyReLU(slope: try values.decode(Float.self, forKey: .slope))
        case .elu: self = .elu(alpha: try values.decode(Float.self, forKey: .alpha))
        case .gelu: self = .gelu(approximate: try values.decode(Bool.self, forKey: .approximate))
        case let other: self = other
        }
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        if let plain = ActivationFunction(name: name), plain == self {
            var value = encoder.singleValueContainer()
            try value.encode(name)
            return
        }
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(name, forKey: .name)
        switch self {
        case .leakyReLU(let slope): try values.encode(slope, forKey: .slope)
        case .elu(let alpha): try values.encode(alpha, forKey: .alpha)
        case .gelu(let approximate): try values.encode(approximate, forKey: .approximate)
        default: break
        }
    }

    private static func named(_ name: String, _ decoder: any Decoder) throws -> ActivationFunction {
        guard let activation = ActivationFunction(name: name) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "unknown activation \(name)"))
        }
        return activation
    }
}
