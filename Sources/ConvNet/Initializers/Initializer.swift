/// How a layer's parameters begin: Keras's initializers, with its names, defaults and formulas.
///
/// ```swift
/// Dense(128, kernelInitializer: .heNormal)
/// Dense(10, kernelInitializer: .randomNormal())
/// ```
///
/// The scale of the Glorot, He and LeCun families follows from the fans of the shape: (in, out) for dense weights, and
/// (kernel height x kernel width x in, kernel height x kernel width x out) for convolution weights. Their normal forms
/// are cut off at two standard deviations and widened by 1 / 0.8796… so that the cut leaves the intended variance.
///
/// Source: Keras 3, `keras.initializers`; Glorot and Bengio 2010; He and others 2015; LeCun and others 1998.
public struct Initializer: Sendable, Hashable {
    /// What is drawn, with the values that it needs.
    enum Rule: Sendable, Hashable {
        case varianceScaling(scale: Float, fan: Fan, distribution: Distribution)
        case normal(mean: Float, standardDeviation: Float)
        case truncatedNormal(mean: Float, standardDeviation: Float)
        case uniform(low: Float, high: Float)
        case constant(Float)
    }

    /// Which fan divides the variance.
    enum Fan: Sendable, Hashable { case input, average }

    /// The shape of a variance-scaled distribution.
    enum Distribution: Sendable, Hashable { case uniform, truncatedNormal }

    /// Keras's class name.
    let className: String
    let rule: Rule

    /// Uniform within ±√(6 / (in + out)): the default of dense and convolution weights.
    public static let glorotUniform = scaled("GlorotUniform", 1, .average, .uniform)
    /// Truncated normal of standard deviation √(2 / (in + out)).
    public static let glorotNormal = scaled("GlorotNormal", 1, .average, .truncatedNormal)
    /// Uniform within ±√(6 / in).
    public static let heUniform = scaled("HeUniform", 2, .input, .uniform)
    /// Truncated normal of standard deviation √(2 / in).
    public static let heNormal = scaled("HeNormal", 2, .input, .truncatedNormal)
    /// Uniform within ±√(3 / in).
    public static let lecunUniform = scaled("LecunUniform", 1, .input, .uniform)
    /// Truncated normal of standard deviation √(1 / in).
    public static let lecunNormal = scaled("LecunNormal", 1, .input, .truncatedNormal)
    /// All zeros: the default of biases.
    public static let zeros = Initializer(className: "Zeros", rule: .constant(0))
    /// All ones.
    public static let ones = Initializer(className: "Ones", rule: .constant(1))

    /// One value everywhere.
    public static func constant(_ value: Float) -> Initializer {
        Initializer(className: "Constant", rule: .constant(value))
    }

    /// A normal distribution.
    ///
    /// - Parameters:
    ///   - mean: Its mean.
    ///   - standardDeviation: Its standard deviation, at least 0.
    public static func randomNormal(mean: Float = 0, standardDeviation: Float = 0.05) -> Initializer {
        precondition(standardDeviation >= 0, "a standard deviation of \(standardDeviation) is negative")
        return Initializer(
            className: "RandomNormal", rule: .normal(mean: mean, standardDeviation: standardDeviation))
    }

    /// A normal distribution whose values beyond two standard deviations are drawn again.
    ///
    /// - Parameters:
    ///   - mean: The mean.
    ///   - standardDeviation: The standard deviation before the cut, at least 0.
    public static func truncatedNormal(mean: Float = 0, standardDeviation: Float = 0.05) -> Initializer {
        precondition(standardDeviation >= 0, "a standard deviation of \(standardDeviation) is negative")
        return Initializer(
            className: "TruncatedNormal", rule: .truncatedNormal(mean: mean, standardDeviation: standardDeviation))
    }

    /// Values spread evenly over `low ..< high`.
    ///
    /// - Parameters:
    ///   - low: The smallest value.
    ///   - high: The bound above all values.
    public static func randomUniform(low: Float = -0.05, high: Float = 0.05) -> Initializer {
        precondition(low <= high, "there is no number from \(low) to \(high)")
        return Initializer(className: "RandomUniform", rule: .uniform(low: low, high: high))
    }

    /// Draws parameters.
    ///
    /// - Parameters:
    ///   - shape: The parameters' shape: (in, out) for dense weights, (height, width, in, out) for convolution weights.
    ///   - seed: The model's seed.
    ///   - stream: Tells apart the parameters of one model.
    /// - Returns: The same numbers for the same three arguments.
    public func tensor(shape: [Int], seed: UInt64, stream: UInt32 = 0) -> Tensor {
        let count = Tensor.elementCount(of: shape)
        let key = RandomKey(seed: seed, stream: stream)
        let scalars: [Float]
        switch rule {
        case .constant(let value):
            scalars = [Float](repeating: value, count: count)
        case .uniform(let low, let high):
            scalars = Kernels.uniform(count: count, low: low, high: high, key: key)
        case .normal(let mean, let deviation):
            scalars = Kernels.normal(count: count, mean: mean, standardDeviation: deviation, key: key)
        case .truncatedNormal(let mean, let deviation):
            scalars = Self.truncatedNormal(count: count, mean: mean, standardDeviation: deviation, key: key)
        case .varianceScaling(let scale, let fan, let distribution):
            let variance = Double(scale) / Self.fan(fan, of: shape)
            switch distribution {
            case .uniform:
                let limit = Float((3 * variance).squareRoot())
                scalars = Kernels.uniform(count: count, low: -limit, high: limit, key: key)
            case .truncatedNormal:
                let deviation = Float(variance.squareRoot() / Self.truncatedDeviation)
                scalars = Self.truncatedNormal(count: count, mean: 0, standardDeviation: deviation, key: key)
            }
        }
        return Tensor(shape: shape, scalars: scalars)
    }

    /// The standard deviation of the standard normal distribution cut off at ±2.
    private static let truncatedDeviation = 0.87962566103423978

    private static func scaled(
        _ name: String, _ scale: Float, _ fan: Fan, _ distribution: Distribution
    ) -> Initializer {
        Initializer(
            className: name, rule: .varianceScaling(scale: scale, fan: fan, distribution: distribution))
    }

    /// How many inputs (or inputs and outputs, halved) one element of the parameters serves; at least 1.
    private static func fan(_ fan: Fan, of shape: [Int]) -> Double {
        let (input, output): (Int, Int)
        switch shape.count {
        case 0: (input, output) = (1, 1)
        case 1: (input, output) = (shape[0], shape[0])
        default:
            let receptiveField = shape.dropLast(2).reduce(1, *)
            (input, output) = (receptiveField * shape[shape.count - 2], receptiveField * shape[shape.count - 1])
        }
        switch fan {
        case .input: return max(1, Double(input))
        case .average: return max(1, (Double(input) + Double(output)) / 2)
        }
    }

    /// Normal numbers, those beyond two standard deviations replaced by new ones from the stream's next step until none
    /// is left.
    private static func truncatedNormal(
        count: Int, mean: Float, standardDeviation: Float, key: RandomKey
    ) -> [Float] {
        var numbers = Kernels.normal(count: count, mean: 0, standardDeviation: 1, key: key)
        var key = key
        var outside = numbers.indices.filter { numbers[$0].magnitude > 2 }
        while !outside.isEmpty {
            key.step += 1
            let replacements = Kernels.normal(count: outside.count, mean: 0, standardDeviation: 1, key: key)
            for (index, replacement) in zip(outside, replacements) {
                numbers[index] = replacement
            }
            outside = outside.filter { numbers[$0].magnitude > 2 }
        }
        return numbers.map { mean + standardDeviation * $0 }
    }
}
