/// Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167): y = gamma (x - mean) / √(variance + epsilon) + beta, a channel
/// at a time.
///
/// In training mean and variance are the batch's, and move the stored ones:
/// moving = momentum · moving + (1 - momentum) · batch. In inference the stored ones are used. As in Keras 3 the biased
/// variance is stored; Keras 2 corrected it by n / (n - 1) before.
///
/// - Input and output have the same shape.
/// - Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, each (channels); the last two do not learn.
public struct BatchNormalization: Layer {
    /// Keras's name of the class.
    public static let className = "BatchNormalization"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Dimension of the channels, counted with the batch as dimension 0: -1 for the last, 1 for channels-first images.
    public var axis: Int
    /// Share of the stored statistics that a step keeps.
    public var momentum: Float
    /// Added to the variance.
    public var epsilon: Float
    /// Whether beta is added.
    public var center: Bool
    /// Whether gamma multiplies.
    public var scale: Bool
    /// What beta holds before training.
    public var betaInitializer: Initializer
    /// What gamma holds before training.
    public var gammaInitializer: Initializer

    /// - Parameters:
    ///   - axis: Dimension of the channels, counted with the batch as dimension 0: -1 for the last, 1 for channels-first
    ///     images.
    ///   - momentum: Share of the stored statistics that a step keeps.
    ///   - epsilon: Added to the variance.
    ///   - center: Whether beta is added.
    ///   - scale: Whether gamma multiplies.
    ///   - betaInitializer: What beta holds before training.
    ///   - gammaInitializer: What gamma holds before training.
    ///   - name: The layer's own name.
    public init(
        axis: Int = -1, momentum: Float = 0.99, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true,
        betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones, name: String? = nil
    ) {
        self.name = name
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.betaInitializer = betaInitializer
        self.gammaInitializer = gammaInitializer
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        let rank = input.shape.count
        let isLast = axis == -1 || axis == rank
        guard rank >= 1, isLast || (axis == 1 && rank == 3) else {
            throw graph.problem(
                "axis \(axis) of \(input.shape); give -1 for the last dimension, or 1 for channels-first images")
        }
        let channels = input.shape[isLast ? rank - 1 : 0]
        let gamma = scale ? graph.parameter("gamma", shape: [channels], initializer: gammaInitializer) : nil
        let beta = center ? graph.parameter("beta", shape: [channels], initializer: betaInitializer) : nil
        let mean = graph.parameter("moving_mean", shape: [channels], initializer: .zeros, isTrainable: false)
        let variance = graph.parameter("moving_variance", shape: [channels], initializer: .ones, isTrainable: false)
        return try graph.batchNormalization(
            input, isChannelsFirst: !isLast, gamma: gamma, beta: beta, movingMean: mean, movingVariance: variance,
            momentum: momentum, epsilon: epsilon)
    }

    private enum CodingKeys: String, CodingKey {
        case name, axis, momentum, epsilon, center, scale
        case betaInitializer = "beta_initializer"
        case gammaInitializer = "gamma_initializer"
    }
}
