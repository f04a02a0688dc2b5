import Glibc

/// Adam (Kingma and Ba, arXiv 1412.6980): m += (1 - beta1)(g - m), v += (1 - beta2)(g² - v),
/// p -= rate · √(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (√v + epsilon).
///
/// The bias correction is folded into the rate, so epsilon is the paper's "epsilon hat", as in Keras.
public struct Adam: Optimizer {
    /// Keras's name of the class.
    public static let className = "Adam"

    /// How fast it goes.
    public var learningRate: LearningRate
    /// Share of the first moment that a step keeps.
    public var beta1: Float
    /// Share of the second moment that a step keeps.
    public var beta2: Float
    /// Added to the root.
    public var epsilon: Float
    /// What is done to gradients before they are used.
    public var clipping: GradientClipping

    /// - Parameters:
    ///   - learningRate: How fast it goes.
    ///   - beta1: Share of the first moment that a step keeps.
    ///   - beta2: Share of the second moment that a step keeps.
    ///   - epsilon: Added to the root.
    ///   - clipping: What is done to gradients first.
    public init(
        learningRate: LearningRate = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
        clipping: GradientClipping = .none
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clipping = clipping
    }

    /// Numbers of state that each parameter needs.
    public var slotCount: Int { 2 }

    /// Changes a weight.
    public func apply(_ update: OptimizerUpdate) {
        apply(update, weightDecay: 0)
    }

    func apply(_ update: OptimizerUpdate, weightDecay: Float) {
        let t = Double(update.step + 1)
        let correction = (1 - pow(Double(beta2), t)).squareRoot() / (1 - pow(Double(beta1), t))
        Kernels.adam(
            rate: update.rate, correctedRate: Float(Double(update.rate) * correction), beta1: beta1, beta2: beta2,
            epsilon: epsilon, weightDecay: weightDecay, gradient: update.gradient, firstMoment: update.slot(0),
            secondMoment: update.slot(1), weight: update.weight)
    }

    private enum CodingKeys: String, CodingKey {
        case epsilon, clipping
        case learningRate = "learning_rate"
        case beta1 = "beta_1"
        case beta2 = "beta_2"
    }
}
