import Glibc

/// How fast an optimizer goes, step by step. A float literal is a constant rate.
///
/// ```swift
/// Adam(learningRate: 0.01)
/// SGD(learningRate: .cosineDecay(initial: 0.1, steps: 10_000, warmUpSteps: 500))
/// ```
public indirect enum LearningRate: Sendable, Hashable, ExpressibleByFloatLiteral {
    /// The same at every step.
    case constant(Float)
    /// values[i] up to and including step boundaries[i]; the last value after the last boundary. As Keras's
    /// PiecewiseConstantDecay.
    case piecewiseConstant(boundaries: [Int], values: [Float])
    /// initial · rate^(step / steps); with `staircase` the exponent is rounded down. As Keras's ExponentialDecay.
    case exponentialDecay(initial: Float, steps: Int, rate: Float, staircase: Bool = false)
    /// Half a cosine from the initial rate to alpha · initial in `steps` steps (Loshchilov and Hutter, arXiv 1608.03983).
    /// With `warmUpSteps` the rate first rises in a line from `initial` to `warmUpTarget`, from which the cosine then
    /// falls. As Keras's CosineDecay.
    case cosineDecay(initial: Float, steps: Int, alpha: Float = 0, warmUpTarget: Float? = nil, warmUpSteps: Int = 0)
    /// One cycle (Smith and Topin, arXiv 1708.07120): half a cosine from maximum / 25 up to the maximum in the first 30 % of
    /// `steps`, then half a cosine down to maximum / 250,000. As PyTorch's OneCycleLR.
    case oneCycle(maximum: Float, steps: Int)
    /// A line from 0 to what the other schedule begins with in `steps` steps; the other schedule then starts.
    case warmUp(steps: Int, then: LearningRate)

    /// A constant rate.
    public init(floatLiteral value: Double) {
        self = .constant(Float(value))
    }

    /// The rate at a step, counted from 0 over the whole training.
    public func value(at step: Int) -> Float {
        switch self {
        case .constant(let rate):
            return rate
        case .piecewiseConstant(let boundaries, let values):
            let index = boundaries.firstIndex { step <= $0 } ?? boundaries.count
            return values.indices.contains(index) ? values[index] : values.last ?? 0
        case .exponentialDecay(let initial, let steps, let rate, let staircase):
            let exponent = Double(step) / Double(max(steps, 1))
            return Float(Double(initial) * pow(Double(rate), staircase ? exponent.rounded(.down) : exponent))
        case .cosineDecay(let initial, let steps, let alpha, let target, let warmUpSteps):
            let top = Double(target ?? initial)
            if step < warmUpSteps, let target {
                return initial + (target - initial) * Float(step) / Float(warmUpSteps)
            }
            let elapsed = target == nil ? step : step - max(warmUpSteps, 0)
            let part = min(Double(elapsed) / Double(max(steps, 1)), 1)
            return Float(top * ((1 - Double(alpha)) * 0.5 * (1 + cos(.pi * part)) + Double(alpha)))
        case .oneCycle(let maximum, let steps):
            let top = Double(maximum)
            let peak = 0.3 * Double(steps) - 1
            let last = Double(steps) - 1
            if Double(step) <= peak {
                return Float(Self.cosine(from: top / 25, to: top, part: peak > 0 ? Double(step) / peak : 1))
            }
            let part = last > peak ? (Double(step) - peak) / (last - peak) : 1
            return Float(Self.cosine(from: top, to: top / 250_000, part: min(part, 1)))
        case .warmUp(let steps, let next):
            return step < steps
                ? next.value(at: 0) * Float(step) / Float(steps) : next.value(at: step - max(steps, 0))
        }
    }

    private static func cosine(from start: Double, to end: Double, part: Double) -> Double {
        end + (start - end) / 2 * (1 + cos(.pi * part))
    }

    /// Whether the rate is the same at every step.
    var isConstant: Bool {
        if case .constant = self { true } else { false }
    }
}
