import Testing

@testable import ConvNet

/// Optimizers and schedules from Keras's class names and settings.
enum KerasOptimizers {
    static func optimizer(
        _ className: String, _ config: JSONValue, schedule: LearningRate? = nil
    ) throws -> any Optimizer {
        var optimizer: any Optimizer
        switch className {
        case "SGD":
            optimizer = SGD(momentum: config.float("momentum") ?? 0, nesterov: config["nesterov"]?.bool ?? false)
        case "RMSprop":
            optimizer = RMSprop(
                rho: config.float("rho") ?? 0.9, momentum: config.float("momentum") ?? 0,
                epsilon: config.float("epsilon") ?? 1e-7, centered: config["centered"]?.bool ?? false)
        case "Adam":
            optimizer = Adam(
                beta1: config.float("beta_1") ?? 0.9, beta2: config.float("beta_2") ?? 0.999,
                epsilon: config.float("epsilon") ?? 1e-7)
        case "AdamW":
            optimizer = AdamW(weightDecay: config.float("weight_decay") ?? 0.004)
        default:
            throw UnknownToTests(what: "optimizer \(className)")
        }
        // Where the settings leave the rate out, the optimizer's own default must be Keras's.
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
