/// How a network was compiled, in Keras's words.
extension KerasWriting {
    /// `compile_config`, or the attribute `training_config`, which calls the optimizer something else.
    func training(
        _ compilation: Sequential.Compilation, _ optimizerName: String
    ) throws(ConvNetError) -> [JSONValue.Member] {
        [
            .init(name: optimizerName, value: try optimizer(compilation.optimizer)),
            .init(name: "loss", value: loss(compilation.loss)), .init(name: "loss_weights", value: .null),
            .init(name: "metrics", value: .array(compilation.metrics.map(metric))),
            .init(name: "weighted_metrics", value: .null), .init(name: "run_eagerly", value: .boolean(false)),
            .init(name: "steps_per_execution", value: .integer(1)), .init(name: "jit_compile", value: .boolean(false)),
        ]
    }

    private func optimizer(_ optimizer: any Optimizer) throws(ConvNetError) -> JSONValue {
        var config: [JSONValue.Member] = [
            .init(name: "name", value: .string(type(of: optimizer).className.lowercased())),
            .init(name: "learning_rate", value: try rate(optimizer.learningRate)),
        ]
        switch optimizer {
        case let optimizer as SGD:
            config += [
                .init(name: "momentum", value: Self.number(optimizer.momentum)),
                .init(name: "nesterov", value: .boolean(optimizer.nesterov)),
            ]
        case let optimizer as RMSprop:
            config += [
                .init(name: "rho", value: Self.number(optimizer.rho)),
                .init(name: "momentum", value: Self.number(optimizer.momentum)),
                .init(name: "epsilon", value: Self.number(optimizer.epsilon)),
                .init(name: "centered", value: .boolean(optimizer.centered)),
            ]
        case let optimizer as Adam: config += adam(optimizer.beta1, optimizer.beta2, optimizer.epsilon)
        case let optimizer as AdamW:
            config += adam(optimizer.beta1, optimizer.beta2, optimizer.epsilon)
            config.append(.init(name: "weight_decay", value: Self.number(optimizer.weightDecay)))
        default:
            throw refuse(
                "optimizer \(type(of: optimizer).className) is not one that Keras has; compile the model with another")
        }
        switch optimizer.clipping {
        case .none: break
        case .value(let limit): config.append(.init(name: "clipvalue", value: Self.number(limit)))
        case .norm(let limit): config.append(.init(name: "clipnorm", value: Self.number(limit)))
        case .globalNorm(let limit): config.append(.init(name: "global_clipnorm", value: Self.number(limit)))
        }
        return Self.object("keras.optimizers", type(of: optimizer).className, config)
    }

    private func adam(_ beta1: Float, _ beta2: Float, _ epsilon: Float) -> [JSONValue.Member] {
        [
            .init(name: "beta_1", value: Self.number(beta1)), .init(name: "beta_2", value: Self.number(beta2)),
            .init(name: "epsilon", value: Self.number(epsilon)), .init(name: "amsgrad", value: .boolean(false)),
        ]
    }

    private func rate(_ rate: LearningRate) throws(ConvNetError) -> JSONValue {
        func schedule(_ className: String, _ config: [JSONValue.Member]) -> JSONValue {
            Self.object("keras.optimizers.schedules", className, config)
        }
        switch rate {
        case .constant(let rate): return Self.number(rate)
        case .piecewiseConstant(let boundaries, let values):
            return schedule(
                "PiecewiseConstantDecay",
                [
                    .init(name: "boundaries", value: .array(boundaries.map { .integer($0) })),
                    .init(name: "values", value: .array(values.map(Self.number))),
                ])
        case .exponentialDecay(let initial, let steps, let rate, let staircase):
            return schedule(
                "ExponentialDecay",
                [
                    .init(name: "initial_learning_rate", value: Self.number(initial)),
                    .init(name: "decay_steps", value: .integer(steps)),
                    .init(name: "decay_rate", value: Self.number(rate)),
                    .init(name: "staircase", value: .boolean(staircase)),
                ])
        case .cosineDecay(let initial, let steps, let alpha, let target, let warmUpSteps):
            return schedule(
                "CosineDecay",
                [
                    .init(name: "initial_learning_rate", value: Self.number(initial)),
                    .init(name: "decay_steps", value: .integer(steps)), .init(name: "alpha", value: Self.number(alpha)),
                    .init(name: "warmup_target", value: target.map(Self.number) ?? .null),
                    .init(name: "warmup_steps", value: .integer(warmUpSteps)),
                ])
        case .oneCycle, .warmUp:
            throw refuse(
                "the optimizer's learning rate is a schedule that Keras does not have; compile the model with a constant "
                    + "rate or .cosineDecay with warmUpSteps")
        }
    }

    private func loss(_ loss: Loss) -> JSONValue {
        guard loss.fromLogits else { return .string(loss.name) }
        let className = loss.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return Self.object("keras.losses", className, [.init(name: "from_logits", value: .boolean(true))])
    }

    private func metric(_ metric: Metric) -> JSONValue {
        guard case .topK(let k) = metric.kind else { return .string(metric.name) }
        return Self.object("keras.metrics", "TopKCategoricalAccuracy", [.init(name: "k", value: .integer(k))])
    }
}
