/// A constant rate is a number, a schedule an object of a class name and a configuration, with Keras's names where Keras
/// has the schedule.
extension LearningRate: Codable {
    private enum Key: String, CodingKey {
        case className = "class_name"
        case config
    }

    private struct PiecewiseConstant: Codable {
        var boundaries: [Int]
        var values: [Float]
    }

    private struct Decay: Codable {
        var initial: Float
        var steps: Int
        var rate: Float?
        var staircase: Bool?
        var alpha: Float?
        var warmUpTarget: Float?
        var warmUpSteps: Int?

        private enum CodingKeys: String, CodingKey {
            case initial = "initial_learning_rate"
            case steps = "decay_steps"
            case rate = "decay_rate"
            case staircase, alpha
            case warmUpTarget = "warmup_target"
            case warmUpSteps = "warmup_steps"
        }
    }

    private struct OneCycle: Codable {
        var maximum: Float
        var steps: Int

        private enum CodingKeys: String, CodingKey {
            case maximum = "max_lr"
            case steps = "total_steps"
        }
    }

    private struct WarmUp: Codable {
        var steps: Int
        var then: LearningRate

        private enum CodingKeys: String, CodingKey {
            case steps = "warmup_steps"
            case then
        }
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        if let rate = try? decoder.singleValueContainer().decode(Float.self) {
            self = .constant(rate)
            return
        }
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .className)
        func config<Config: Decodable>(_ type: Config.Type) throws -> Config {
            try values.decode(type, forKey: .config)
        }
        switch name {
        case "PiecewiseConstantDecay":
            let read = try config(PiecewiseConstant.self)
            self = .piecewiseConstant(boundaries: read.boundaries, values: read.values)
        case "ExponentialDecay":
            let read = try config(Decay.self)
            self = .exponentialDecay(
                initial: read.initial, steps: read.steps, rate: read.rate ?? 1, staircase: read.staircase ?? false)
        case "CosineDecay":
            let read = try config(Decay.self)
            self = .cosineDecay(
                initial: read.initial, steps: read.steps, alpha: read.alpha ?? 0, warmUpTarget: read.warmUpTarget,
                warmUpSteps: read.warmUpSteps ?? 0)
        case "OneCycleLR":
            let read = try config(OneCycle.self)
            self = .oneCycle(maximum: read.maximum, steps: read.steps)
        case "WarmUp":
            let read = try config(WarmUp.self)
            self = .warmUp(steps: read.steps, then: read.then)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .className, in: values, debugDescription: "there is no learning rate schedule named \(name)")
        }
    }

    /// Writes names and values as Keras does.
    public func encode(to encoder: any Encoder) throws {
        if case .constant(let rate) = self {
            var value = encoder.singleValueContainer()
            try value.encode(rate)
            return
        }
        var values = encoder.container(keyedBy: Key.self)
        func write(_ name: String, _ config: some Encodable) throws {
            try values.encode(name, forKey: .className)
            try values.encode(config, forKey: .config)
        }
        switch self {
        case .constant:
            break
        case .piecewiseConstant(let boundaries, let rates):
            try write("PiecewiseConstantDecay", PiecewiseConstant(boundaries: boundaries, values: rates))
        case .exponentialDecay(let initial, let steps, let rate, let staircase):
            try write("ExponentialDecay", Decay(initial: initial, steps: steps, rate: rate, staircase: staircase))
        case .cosineDecay(let initial, let steps, let alpha, let target, let warmUpSteps):
            try write(
                "CosineDecay",
                Decay(
                    initial: initial, steps: steps, alpha: alpha, warmUpTarget: target, warmUpSteps: warmUpSteps))
        case .oneCycle(let maximum, let steps):
            try write("OneCycleLR", OneCycle(maximum: maximum, steps: steps))
        case .warmUp(let steps, let next):
            try write("WarmUp", WarmUp(steps: steps, then: next))
        }
    }
}
