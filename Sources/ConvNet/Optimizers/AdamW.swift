/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): before each step p -= rate · weightDecay · p.
public struct AdamW: Optimizer {
    /// Keras's name of the class.
    public static let className = "AdamW"

    /// How fast it goes.
    public var learningRate: LearningRate
    /// Share of each weight, times the rate, that a step takes away.
    public var weightDecay: Float
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
    ///   - weightDecay: Share of each weight, times the rate, that a step takes away.
    ///   - beta1: Share of the first moment that a step keeps.
    ///   - beta2: Share of the second moment that a step keeps.
    ///   - epsilon: Added to the root.
    ///   - clipping: What is done to gradients first.
    public init(
        learningRate: LearningRate = 0.001, weightDecay: Float = 0.004, beta1: Float = 0.9, beta2: Float = 0.999,
        epsilon: Float = 1e-7, clipping: GradientClipping = .none
    ) {
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clipping = clipping
    }

    /// Numbers of state that each parameter needs.
    public var slotCount: Int { 2 }

    /// Changes a weight.
    public func apply(_ update: OptimizerUpdate) {
        Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
            .apply(update, weightDecay: weightDecay)
    }

    private enum CodingKeys: String, CodingKey {
        case epsilon, clipping
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case beta1 = "beta_1"
        case beta2 = "beta_2"
    }
}
