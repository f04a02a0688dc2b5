/// What decides how weights begin and what pulls at them. A file brings the weights themselves, so that what is not known
/// here changes further training alone.
extension KerasLayers {
    mutating func initializer(
        _ name: String, _ options: inout KerasOptions, or standard: Initializer
    ) -> Initializer {
        guard let value = options.take(name) else { return standard }
        if let object = KerasOptions.object(value), let initializer = Initializer(object.className, object.config) {
            return initializer
        }
        note(
            "\(options.owner) had \(name) = \(KerasOptions.object(value)?.className ?? value.text), which ConvNet does not "
                + "have; its weights are there, but a fresh start would draw others")
        return standard
    }

    mutating func regularizer(_ name: String, _ options: inout KerasOptions) -> Regularizer? {
        guard let value = options.take(name) else { return nil }
        let object = KerasOptions.object(value)
        let config = object?.config
        func factor(_ name: String) -> Float { config?[name]?.double.map { Float($0) } ?? 0.01 }
        switch object?.className {
        case "L1", "l1": return .l1(factor("l1"))
        case "L2", "l2": return .l2(factor("l2"))
        case "L1L2", "l1_l2":
            return Regularizer(
                l1: config?["l1"]?.double.map { Float($0) } ?? 0, l2: config?["l2"]?.double.map { Float($0) } ?? 0)
        default:
            note(
                "\(options.owner) had \(name) = \(object?.className ?? value.text), which further training here does "
                    + "without")
            return nil
        }
    }
}

extension Initializer {
    private static let plain: [(names: Set<String>, initializer: Initializer)] = [
        (["GlorotUniform", "glorot_uniform"], .glorotUniform), (["GlorotNormal", "glorot_normal"], .glorotNormal),
        (["HeUniform", "he_uniform"], .heUniform), (["HeNormal", "he_normal"], .heNormal),
        (["LecunUniform", "lecun_uniform"], .lecunUniform), (["LecunNormal", "lecun_normal"], .lecunNormal),
        (["Zeros", "zeros"], .zeros), (["Ones", "ones"], .ones),
    ]

    /// The initializer of a Keras class with its settings; nil where there is none.
    init?(_ className: String, _ config: JSONValue) {
        func number(_ name: String, _ standard: Float) -> Float { config[name]?.double.map { Float($0) } ?? standard }
        if let plain = Self.plain.first(where: { $0.names.contains(className) }) {
            self = plain.initializer
            return
        }
        let (low, high) = (number("minval", -0.05), number("maxval", 0.05))
        let deviation = number("stddev", 0.05)
        guard deviation >= 0, low <= high else { return nil }
        switch className {
        case "RandomNormal", "random_normal":
            self = .randomNormal(mean: number("mean", 0), standardDeviation: deviation)
        case "TruncatedNormal", "truncated_normal":
            self = .truncatedNormal(mean: number("mean", 0), standardDeviation: deviation)
        case "RandomUniform", "random_uniform": self = .randomUniform(low: low, high: high)
        case "Constant", "constant": self = .constant(number("value", 0))
        case "VarianceScaling", "variance_scaling":
            // Keras 2 wrote the families of Glorot, He and LeCun this way.
            let isUniform = config["distribution"]?.string == "uniform"
            switch (number("scale", 1), config["mode"]?.string ?? "fan_in") {
            case (1, "fan_avg"): self = isUniform ? .glorotUniform : .glorotNormal
            case (2, "fan_in"): self = isUniform ? .heUniform : .heNormal
            case (1, "fan_in"): self = isUniform ? .lecunUniform : .lecunNormal
            default: return nil
            }
        default: return nil
        }
    }
}
