/// Keras's form: `{"class_name": "RandomNormal", "config": {"mean": 0, "stddev": 0.05}}`.
extension Initializer: Codable {
    private enum CodingKeys: String, CodingKey {
        case className = "class_name"
        case config
    }

    private struct Config: Codable {
        var mean: Float?
        var stddev: Float?
        var minval: Float?
        var maxval: Float?
        var value: Float?
    }

    private static let withoutConfig: [Initializer] = [
        .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal, .zeros, .ones,
    ]

    /// Reads Keras's form. Values that are absent take Keras's defaults; a name that is not known, a negative standard
    /// deviation, an empty range or a value that is not finite is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .className)
        let config = try container.decodeIfPresent(Config.self, forKey: .config) ?? Config()
        func refuse(_ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: .config, in: container, debugDescription: "\(name): \(reason)")
        }
        for value in [config.mean, config.stddev, config.minval, config.maxval, config.value] {
            guard value?.isFinite ?? true else { throw refuse("a value is not finite") }
        }
        let deviation = config.stddev ?? 0.05
        switch name {
        case "RandomNormal", "TruncatedNormal":
            guard deviation >= 0 else { throw refuse("stddev is negative") }
            self =
                name == "RandomNormal"
                ? .randomNormal(mean: config.mean ?? 0, standardDeviation: deviation)
                : .truncatedNormal(mean: config.mean ?? 0, standardDeviation: deviation)
        case "RandomUniform":
            let (low, high) = (config.minval ?? -0.05, config.maxval ?? 0.05)
            guard low <= high else { throw refuse("minval is above maxval") }
            self = .randomUniform(low: low, high: high)
        case "Constant":
            self = .constant(config.value ?? 0)
        default:
            guard let known = Self.withoutConfig.first(where: { $0.className == name }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .className, in: container, debugDescription: "there is no initializer named \(name)")
            }
            self = known
        }
    }

    /// Writes Keras's form.
    public func encode(to encoder: any Encoder) throws {
        var config = Config()
        switch rule {
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            (config.mean, config.stddev) = (mean, deviation)
        case .uniform(let low, let high):
            (config.minval, config.maxval) = (low, high)
        case .constant(let value):
            // Zeros and Ones say their value in their name.
            if className == "Constant" { config.value = value }
        case .varianceScaling:
            break
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(className, forKey: .className)
        try container.encode(config, forKey: .config)
    }
}
