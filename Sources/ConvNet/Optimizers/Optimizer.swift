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

    /// Changes a weight.
    func apply(_ update: OptimizerUpdate)
}

extension Optimizer {
    /// A step over all weights that learn: their gradients are clipped, then one weight after the other is changed.
    ///
    /// `slots` holds as many runs as the optimizer has slots, one after the other, each as long as the values.
    func apply(step: Int, to parameters: [Parameter], values: Floats, gradients: Floats, slots: Floats) {
        clipping.apply(to: gradients, of: parameters)
        let rate = learningRate.value(at: step)
        for parameter in parameters where parameter.isTrainable && parameter.count > 0 {
            apply(
                OptimizerUpdate(
                    step: step, rate: rate, parameter: parameter, values: values, gradients: gradients, slots: slots))
        }
    }
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

/// A weight in one step of an optimizer, with what the step works on.
public struct OptimizerUpdate {
    /// Steps done so far, counted from 0.
    public let step: Int
    /// The learning rate of this step.
    public let rate: Float
    let weight: Floats
    let gradient: Floats
    private let parameter: Parameter
    private let slots: Floats
    private let slotLength: Int

    init(step: Int, rate: Float, parameter: Parameter, values: Floats, gradients: Floats, slots: Floats) {
        self.step = step
        self.rate = rate
        weight = values.slice(parameter.offset, parameter.count)
        gradient = gradients.slice(parameter.offset, parameter.count)
        self.parameter = parameter
        self.slots = slots
        slotLength = values.count
    }

    func slot(_ index: Int) -> Floats {
        slots.slice(index * slotLength + parameter.offset, parameter.count)
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
