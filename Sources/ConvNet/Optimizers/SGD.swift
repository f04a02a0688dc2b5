/// Stochastic gradient descent: p -= rate · g, or with momentum v = momentum · v - rate · g and p += v (with `nesterov`
/// p += momentum · v - rate · g).
public struct SGD: Optimizer {
    /// Keras's name of the class.
    public static let className = "SGD"

    /// How fast it goes.
    public var learningRate: LearningRate
    /// Share of the velocity that a step keeps, 0 ..< 1.
    public var momentum: Float
    /// Whether the gradient is taken as if the velocity had been applied (Sutskever and others, ICML 2013).
    public var nesterov: Bool
    /// What is done to gradients before they are used.
    public var clipping: GradientClipping

    /// - Parameters:
    ///   - learningRate: How fast it goes.
    ///   - momentum: Share of the velocity that a step keeps, 0 ..< 1.
    ///   - nesterov: Whether the gradient is taken as if the velocity had been applied.
    ///   - clipping: What is done to gradients first.
    public init(
        learningRate: LearningRate = 0.01, momentum: Float = 0, nesterov: Bool = false,
        clipping: GradientClipping = .none
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.clipping = clipping
    }

    /// Numbers of state that each parameter needs.
    public var slotCount: Int { momentum == 0 ? 0 : 1 }

    /// Changes a weight.
    public func apply(_ update: OptimizerUpdate) {
        Kernels.sgd(
            rate: update.rate, momentum: momentum, nesterov: nesterov, gradient: update.gradient,
            velocity: momentum == 0 ? nil : update.slot(0), weight: update.weight)
    }

    private enum CodingKeys: String, CodingKey {
        case momentum, nesterov, clipping
        case learningRate = "learning_rate"
    }
}
