/// RMSprop (Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012): s = rho · s + (1 - rho) · g²,
/// p -= rate · g / √(s + epsilon).
///
/// Epsilon is inside the root as in Keras 3; Keras up to 2.3 added it outside. With `centered` the square of the mean
/// gradient is taken from s first; with `momentum` the change is accumulated as a velocity.
public struct RMSprop: Optimizer {
    /// Keras's name of the class.
    public static let className = "RMSprop"

    /// How fast it goes.
    public var learningRate: LearningRate
    /// Share of the mean square that a step keeps.
    public var rho: Float
    /// Share of the velocity that a step keeps; 0 for none.
    public var momentum: Float
    /// Added under the root.
    public var epsilon: Float
    /// Whether the variance is used rather than the mean square.
    public var centered: Bool
    /// What is done to gradients before they are used.
    public var clipping: GradientClipping

    /// - Parameters:
    ///   - learningRate: How fast it goes.
    ///   - rho: Share of the mean square that a step keeps.
    ///   - momentum: Share of the velocity that a step keeps; 0 for none.
    ///   - epsilon: Added under the root.
    ///   - centered: Whether the variance is used rather than the mean square.
    ///   - clipping: What is done to gradients first.
    public init(
        learningRate: LearningRate = 0.001, rho: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-7,
        centered: Bool = false, clipping: GradientClipping = .none
    ) {
        self.learningRate = learningRate
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        self.clipping = clipping
    }

    /// Numbers of state that each parameter needs.
    public var slotCount: Int { 1 + (centered ? 1 : 0) + (momentum > 0 ? 1 : 0) }

    /// Changes a weight.
    public func apply(_ update: OptimizerUpdate) {
        Kernels.rmsprop(
            rate: update.rate, rho: rho, momentum: momentum, epsilon: epsilon, gradient: update.gradient,
            square: update.slot(0), mean: centered ? update.slot(1) : nil,
            velocity: momentum > 0 ? update.slot(centered ? 2 : 1) : nil, weight: update.weight)
    }

    private enum CodingKeys: String, CodingKey {
        case rho, momentum, epsilon, centered, clipping
        case learningRate = "learning_rate"
    }
}
