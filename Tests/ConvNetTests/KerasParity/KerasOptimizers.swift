import Testing

@testable import ConvNet

/// Optimizers and schedules from Keras's class names and settings. What the settings leave out keeps the optimizer's own
/// default, which must be Keras's too.
enum KerasOptimizers {
    static func optimizer(
        _ className: String, _ config: JSONValue, schedule: LearningRate? = nil
    ) throws -> any Optimizer {
        var optimizer: any Optimizer
        switch className {
        case "SGD":
            var own = SGD()
            if let momentum = config.float("momentum") { own.momentum = momentum }
            if let nesterov = config["nesterov"]?.bool { own.nesterov = nesterov }
            optimizer = own
        case "RMSprop":
            var own = RMSprop()
            if let rho = config.float("rho") { own.rho = rho }
            if let momentum = config.float("momentum") { own.momentum = momentum }
            if let epsilon = config.float("epsilon") { own.epsilon = epsilon }
            if let centered = config["centered"]?.bool { own.centered = centered }
            optimizer = own
        case "Adam":
            var own = Adam()
            if let beta1 = config.float("beta_1") { own.beta1 = beta1 }
            if let beta2 = config.float("beta_2") { own.beta2 = beta2 }
            if let epsilon = config.float("epsilon") { own.epsilon = epsilon }
            optimizer = own
        case "AdamW":
            var own = AdamW()
            if let weightDecay = config.float("weight_decay") { own.weightDecay = weightDecay }
            optimizer = own
        default:
            throw UnknownToTests(what: "optimizer \(className)")
        }
        if let rate = config.float("learning_rate") { optimizer.learningRate = .constant(rate) }
        if let schedule { optimizer.learningRate = schedule }
        if let limit = config.float("clipnorm") { optimizer.clipping = .norm(limit) }
        if let limit = config.float("clipvalue") { optimizer.clipping = .value(limit) }
        if let limit = config.float("global_clipnorm") { optimizer.clipping = .globalNorm(limit) }
        return optimizer
    }

    static func schedule(_ className: String, _ config: JSONValue) throws -> LearningRate {
        switch className {
        case "PiecewiseConstantDecay":
            let values = (config["values"]?.array ?? []).compactMap(\.double)
            return .piecewiseConstant(
                boundaries: try #require(config["boundaries"]?.integers), values: values.map { Float($0) })
        case "ExponentialDecay":
            return .exponentialDecay(
                initial: try #require(config.float("initial_learning_rate")),
                steps: try #require(config["decay_steps"]?.integer), rate: try #require(config.float("decay_rate")),
                staircase: config["staircase"]?.bool ?? false)
        case "CosineDecay":
            return .cosineDecay(
                initial: try #require(config.float("initial_learning_rate")),
                steps: try #require(config["decay_steps"]?.integer), alpha: config.float("alpha") ?? 0,
                warmUpTarget: config.float("warmup_target"), warmUpSteps: config["warmup_steps"]?.integer ?? 0)
        default:
            throw UnknownToTests(what: "schedule \(className)")
        }
    }
}
