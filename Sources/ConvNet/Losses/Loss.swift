import CKernels

/// What training makes small: a number an example from the network's output and the target, averaged over the batch.
///
/// Targets may be class labels or rows of numbers; labels stand for one-hot rows with every loss. Formulas, clipping and
/// averaging are those of Keras 3.
public struct Loss: Sendable, Hashable {
    enum Kind: String, Sendable {
        case categoricalCrossentropy = "categorical_crossentropy"
        case sparseCategoricalCrossentropy = "sparse_categorical_crossentropy"
        case binaryCrossentropy = "binary_crossentropy"
        case meanSquaredError = "mean_squared_error"
        case meanAbsoluteError = "mean_absolute_error"
    }

    let kind: Kind
    /// Whether the network's outputs are logits, before softmax or sigmoid.
    public let fromLogits: Bool

    /// -Σ t log p; p is divided by its sum and clipped to [1e-7, 1 - 1e-7].
    public static let categoricalCrossentropy = Loss(kind: .categoricalCrossentropy, fromLogits: false)
    /// The same for targets that are class labels. Keras clips before it divides here, which differs only where outputs of
    /// exactly 0 or 1, or that do not sum to 1, come from something other than softmax.
    public static let sparseCategoricalCrossentropy = Loss(kind: .sparseCategoricalCrossentropy, fromLogits: false)
    /// Mean of -(t log p + (1 - t) log(1 - p)); p is clipped to [1e-7, 1 - 1e-7].
    public static let binaryCrossentropy = Loss(kind: .binaryCrossentropy, fromLogits: false)
    /// Mean of (t - p)².
    public static let meanSquaredError = Loss(kind: .meanSquaredError, fromLogits: false)
    /// Mean of |t - p|.
    public static let meanAbsoluteError = Loss(kind: .meanAbsoluteError, fromLogits: false)

    /// Categorical cross-entropy, of softmax(outputs) where they are logits.
    public static func categoricalCrossentropy(fromLogits: Bool) -> Loss {
        Loss(kind: .categoricalCrossentropy, fromLogits: fromLogits)
    }

    /// Categorical cross-entropy for class labels, of softmax(outputs) where they are logits.
    public static func sparseCategoricalCrossentropy(fromLogits: Bool) -> Loss {
        Loss(kind: .sparseCategoricalCrossentropy, fromLogits: fromLogits)
    }

    /// Binary cross-entropy, of sigmoid(outputs) where they are logits.
    public static func binaryCrossentropy(fromLogits: Bool) -> Loss {
        Loss(kind: .binaryCrossentropy, fromLogits: fromLogits)
    }

    /// Keras's name, such as `categorical_crossentropy`.
    public var name: String { kind.rawValue }

    /// The loss of a Keras name, from probabilities; nil where there is none of that name.
    public init?(name: String) {
        switch name {
        case "mse": self = .meanSquaredError
        case "mae": self = .meanAbsoluteError
        default:
            guard let kind = Kind(rawValue: name) else { return nil }
            self.init(kind: kind, fromLogits: false)
        }
    }

    init(kind: Kind, fromLogits: Bool) {
        self.kind = kind
        self.fromLogits = fromLogits
    }

    /// Names that ``init(name:)`` takes.
    public static let names = [
        "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy", "mean_squared_error",
        "mean_absolute_error",
    ]

    var kernel: ck_loss_kind {
        switch kind {
        case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
            fromLogits ? CK_CATEGORICAL_CROSSENTROPY_LOGITS : CK_CATEGORICAL_CROSSENTROPY
        case .binaryCrossentropy: fromLogits ? CK_BINARY_CROSSENTROPY_LOGITS : CK_BINARY_CROSSENTROPY
        case .meanSquaredError: CK_MEAN_SQUARED_ERROR
        case .meanAbsoluteError: CK_MEAN_ABSOLUTE_ERROR
        }
    }

    /// Whether a softmax at the network's end can be done together with the loss.
    var fusesSoftmax: Bool { kernel == CK_CATEGORICAL_CROSSENTROPY }
}

/// Encoded as Keras does: the name, and `from_logits` where it holds.
extension Loss: Codable {
    private enum Key: String, CodingKey {
        case name, fromLogits = "from_logits"
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .name)
        guard let kind = Kind(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: values, debugDescription: "unknown loss \(name)")
        }
        self.init(kind: kind, fromLogits: try values.decodeIfPresent(Bool.self, forKey: .fromLogits) ?? false)
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(kind.rawValue, forKey: .name)
        if fromLogits { try values.encode(true, forKey: .fromLogits) }
    }
}
