/// How a model of Keras was compiled. What is not there here changes further training alone, and becomes a note.
///
/// Source: `compile_config` of Keras 3.15; `training_config` of its HDF5 files.
struct KerasTraining {
    private(set) var optimizer: (any Optimizer)?
    private(set) var loss: Loss?
    private(set) var metrics: [Metric] = []
    private(set) var notes: [String] = []

    init(_ config: JSONValue, path: String) throws(ConvNetError) {
        if let object = KerasOptions.object(config["optimizer"] ?? config["optimizer_config"]) {
            optimizer = try optimizer(object.className, object.config, path: path)
        }
        loss = loss(config["loss"])
        if let weights = config["loss_weights"], weights != .null {
            notes.append("the model had loss_weights = \(weights.text), which further training here does without")
        }
        for metric in Self.flattened(config["metrics"]) { read(metric: metric) }
    }

    // MARK: - Optimizer

    private mutating func optimizer(
        _ className: String, _ config: JSONValue, path: String
    ) throws(ConvNetError) -> (any Optimizer)? {
        var options = KerasOptions(config, of: "optimizer \(className)", path: path)
        // What has no effect unless another setting, looked at below, is there.
        options.ignore("name", "ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer")
        var optimizer: any Optimizer
        // Files of earlier versions carry the class's path or its name in small letters.
        switch className.split(separator: ".").last.map({ $0.split(separator: ">").last ?? $0 })?.lowercased() {
        case "sgd":
            optimizer = SGD(
                momentum: try options.float("momentum") ?? 0, nesterov: try options.bool("nesterov") ?? false)
        case "rmsprop":
            optimizer = RMSprop(
                rho: try options.float("rho") ?? 0.9, momentum: try options.float("momentum") ?? 0,
                epsilon: try options.float("epsilon") ?? 1e-7, centered: try options.bool("centered") ?? false)
        case "adam":
            optimizer = Adam(
                beta1: try options.float("beta_1") ?? 0.9, beta2: try options.float("beta_2") ?? 0.999,
                epsilon: try options.float("epsilon") ?? 1e-7)
        case "adamw":
            optimizer = AdamW(
                weightDecay: try options.float("weight_decay") ?? 0.004, beta1: try options.float("beta_1") ?? 0.9,
                beta2: try options.float("beta_2") ?? 0.999, epsilon: try options.float("epsilon") ?? 1e-7)
        default:
            notes.append(
                "optimizer \(className) is not one that ConvNet has (SGD, RMSprop, Adam, AdamW); choose one to train further"
            )
            return nil
        }
        if let rate = options.take("learning_rate") ?? options.take("lr") {
            if let rate = rate.double {
                optimizer.learningRate = .constant(Float(rate))
            } else if let schedule = LearningRate(keras: rate) {
                optimizer.learningRate = schedule
            } else {
                notes.append(
                    "optimizer \(className) had the schedule \(KerasOptions.object(rate)?.className ?? rate.text), which "
                        + "ConvNet does not have; it goes on with a constant rate of "
                        + "\(optimizer.learningRate.value(at: 0))")
            }
        }
        if let limit = try options.float("clipvalue") { optimizer.clipping = .value(limit) }
        if let limit = try options.float("clipnorm") { optimizer.clipping = .norm(limit) }
        if let limit = try options.float("global_clipnorm") { optimizer.clipping = .globalNorm(limit) }
        if let decay = options.take("decay"), decay.double != 0 {
            notes.append("optimizer \(className) had decay = \(decay.text), which further training here does without")
        }
        for leftover in options.leftovers {
            notes.append("optimizer \(className) had \(leftover), which further training here does without")
        }
        return optimizer
    }

    // MARK: - Loss and metrics

    private mutating func loss(_ value: JSONValue?) -> Loss? {
        let values = Self.flattened(value)
        guard let value = values.first else { return nil }
        guard values.count == 1, let object = KerasOptions.object(value) else {
            notes.append("the model had \(values.count) losses; compile it with one to train further")
            return nil
        }
        var options = KerasOptions(object.config, of: "loss \(object.className)", path: "")
        let logits = options.take("from_logits") == .boolean(true)
        guard let plain = Loss(name: object.className) ?? Loss(name: Self.snake(object.className)),
            let loss = plain.reading(fromLogits: logits)
        else {
            notes.append(
                "loss \(object.className) is not one that ConvNet has (\(Loss.names.joined(separator: ", "))); choose one to "
                    + "train further")
            return nil
        }
        if let reduction = options.take("reduction")?.string, !["sum_over_batch_size", "auto"].contains(reduction) {
            notes.append("loss \(object.className) had reduction = '\(reduction)'; here it is the mean over the batch")
        }
        if let smoothing = options.take("label_smoothing"), smoothing.double != 0 {
            notes.append(
                "loss \(object.className) had label_smoothing = \(smoothing.text), which further training here does without"
            )
        }
        options.ignore("name", "fn", "dtype", "axis")
        for leftover in options.leftovers {
            notes.append("loss \(object.className) had \(leftover), which further training here does without")
        }
        return loss
    }

    private mutating func read(metric value: JSONValue) {
        let object = KerasOptions.object(value)
        let name = object?.config["name"]?.string
        switch object?.className {
        case "accuracy", "acc", "Accuracy", "categorical_accuracy", "CategoricalAccuracy",
            "sparse_categorical_accuracy",
            "SparseCategoricalAccuracy", "binary_accuracy", "BinaryAccuracy":
            metrics.append(.accuracy)
        case "mse", "MSE", "mean_squared_error", "MeanSquaredError": metrics.append(.meanSquaredError)
        case "mae", "MAE", "mean_absolute_error", "MeanAbsoluteError": metrics.append(.meanAbsoluteError)
        case "top_k_categorical_accuracy", "TopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy",
            "SparseTopKCategoricalAccuracy":
            metrics.append(.topK(object?.config["k"]?.integer ?? 5))
        case "MeanMetricWrapper" where name == "accuracy" || name == "acc":
            // How Keras 2 writes 'accuracy'.
            metrics.append(.accuracy)
        case let other:
            notes.append("metric \(other ?? value.text) is not one that ConvNet has, and is not measured")
        }
    }

    /// The elements of lists in lists and of the outputs' dictionaries, of which a chain has one.
    private static func flattened(_ value: JSONValue?) -> [JSONValue] {
        guard let value, value != .null else { return [] }
        if let elements = value.array { return elements.flatMap { flattened($0) } }
        if value["class_name"] == nil, let members = value.members { return members.flatMap { flattened($0.value) } }
        return [value]
    }

    /// `MeanSquaredError` as `mean_squared_error`.
    private static func snake(_ className: String) -> String {
        className.reduce(into: "") { result, character in
            if character.isUppercase, !result.isEmpty { result.append("_") }
            result += character.lowercased()
        }
    }
}

extension Loss {
    /// The loss of probabilities or of logits; nil where the loss knows no such difference.
    fileprivate func reading(fromLogits: Bool) -> Loss? {
        guard fromLogits else { return self }
        switch kind {
        case .categoricalCrossentropy, .sparseCategoricalCrossentropy, .binaryCrossentropy:
            return Loss(kind: kind, fromLogits: true)
        case .meanSquaredError, .meanAbsoluteError: return nil
        }
    }
}

extension LearningRate {
    /// The schedule that Keras wrote; nil where there is none of its class here.
    init?(keras value: JSONValue) {
        guard let (className, config) = KerasOptions.object(value) else { return nil }
        func number(_ name: String) -> Float? { config[name]?.double.map { Float($0) } }
        let initial = number("initial_learning_rate")
        switch className {
        case "PiecewiseConstantDecay":
            let rates = config["values"]?.array?.compactMap(\.double) ?? []
            guard let boundaries = config["boundaries"]?.integers, rates.count == boundaries.count + 1 else {
                return nil
            }
            self = .piecewiseConstant(boundaries: boundaries, values: rates.map { Float($0) })
        case "ExponentialDecay":
            guard let initial, let steps = config["decay_steps"]?.integer, let rate = number("decay_rate") else {
                return nil
            }
            self = .exponentialDecay(
                initial: initial, steps: steps, rate: rate, staircase: config["staircase"]?.bool ?? false)
        case "CosineDecay":
            guard let initial, let steps = config["decay_steps"]?.integer else { return nil }
            self = .cosineDecay(
                initial: initial, steps: steps, alpha: number("alpha") ?? 0, warmUpTarget: number("warmup_target"),
                warmUpSteps: config["warmup_steps"]?.integer ?? 0)
        default: return nil
        }
    }
}
