import Glibc

/// A rule that changes weights by their gradients: one of ``SGD``, ``RMSprop``, ``Adam`` and ``AdamW``.
///
/// Optimizers are settings without state; a ``Sequential`` network keeps the state in buffers parallel to its parameters.
/// Formulas, defaults and the place of epsilon follow Keras 3.
public protocol Optimizer: Sendable, Codable {
    /// Keras's name of the class, such as `Adam`.
    static var className: String { get }
    /// How fast it goes.
    var learningRate: LearningRate { get set }
    /// What is done to gradients before they are used.
    var clipping: GradientClipping { get set }
    /// Numbers of state that each parameter needs.
    var slotCount: Int { get }

    /// Changes the parameters.
    func apply(_ update: OptimizerUpdate)
}

/// What is done to gradients before an optimizer uses them; at most one of the three.
public enum GradientClipping: Sendable, Hashable {
    /// Nothing.
    case none
    /// Each element is limited to ±limit.
    case value(Float)
    /// Each weight's gradient is scaled down to this norm where it is longer.
    case norm(Float)
    /// All gradients together are scaled down to this norm where they are longer.
    case globalNorm(Float)
}

/// The buffers that one step of an optimizer works on.
public struct OptimizerUpdate {
    /// Steps done so far, counted from 0.
    public let step: Int
    /// The learning rate of this step.
    public let rate: Float
    let parameters: Floats
    let gradients: Floats
    /// As many runs as the optimizer has slots, one after the other, each as long as the parameters.
    let slots: Floats

    func slot(_ index: Int) -> Floats {
        slots.slice(index * parameters.count, parameters.count)
    }
}

extension GradientClipping {
    /// Clips in place.
    func apply(to gradients: Floats, of parameters: [Parameter]) {
        switch self {
        case .none:
            break
        case .value(let limit):
            Kernels.clip(gradients, limit: limit)
        case .norm(let limit):
            for parameter in parameters where parameter.isTrainable {
                Self.shorten(gradients.slice(parameter.offset, parameter.count), to: limit)
            }
        case .globalNorm(let limit):
            Self.shorten(gradients, to: limit)
        }
    }

    private static func shorten(_ gradient: Floats, to limit: Float) {
        let norm = Kernels.sumOfSquares(gradient).squareRoot()
        if norm > Double(limit) { Kernels.scale(gradient, by: Float(Double(limit) / norm)) }
    }
}

/// Encoded as an object of the limit that is set, under Keras's name for it; of nothing where none is.
extension GradientClipping: Codable {
    private enum Key: String, CodingKey {
        case value = "clipvalue"
        case norm = "clipnorm"
        case globalNorm = "global_clipnorm"
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        if let limit = try values.decodeIfPresent(Float.self, forKey: .value) {
            self = .value(limit)
        } else if let limit = try values.decodeIfPresent(Float.self, forKey: .norm) {
            self = .norm(limit)
        } else if let limit = try values.decodeIfPresent(Float.self, forKey: .globalNorm) {
            self = .globalNorm(limit)
        } else {
            self = .none
        }
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        switch self {
        case .none: break
        case .value(let limit): try values.encode(limit, forKey: .value)
        case .norm(let limit): try values.encode(limit, forKey: .norm)
        case .globalNorm(let limit): try values.encode(limit, forKey: .globalNorm)
        }
    }
}
