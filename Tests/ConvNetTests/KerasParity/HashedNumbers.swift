@testable import ConvNet

/// The numbers of `Fixtures/generator/hashed.py`, the same to the last bit.
enum HashedNumbers {
    /// What a stream of numbers is for.
    enum Kind: UInt64 {
        case weights, inputs, labels, samples, templates
    }

    static func stream(_ kind: Kind, network: Int, index: Int) -> UInt64 {
        (kind.rawValue * 1000 + UInt64(network)) * 1000 + UInt64(index)
    }

    /// SplitMix64's step and finaliser.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static func integers(_ stream: UInt64, count: Int) -> [UInt64] {
        let start = mix(stream)
        return (0..<UInt64(count)).map { mix(start &+ $0) }
    }

    /// Initial values of a layer's variable; a kernel's are within Glorot's limit.
    static func parameter(_ stream: UInt64, name: String, shape: [Int]) -> Tensor {
        let centered = integers(stream, count: shape.reduce(1, *)).map { Float(Int64($0 >> 40) - 1 << 23) / 0x1p23 }
        let scalars: [Float]
        switch name {
        case "kernel":
            let receptiveField = shape.dropLast(2).reduce(1, *)
            let fans = receptiveField * shape[shape.count - 2] + receptiveField * shape[shape.count - 1]
            let limit = Float((6 / Double(fans)).squareRoot())
            scalars = centered.map { $0 * limit }
        case "gamma", "moving_variance":
            scalars = centered.map { 1 + $0 * 0.25 }
        default:
            scalars = centered.map { $0 * 0.0625 }
        }
        return Tensor(shape: shape, scalars: scalars)
    }

    /// Images about half of whose pixels are 0, the others multiples of 1/128.
    static func images(_ stream: UInt64, shape: [Int]) -> Tensor {
        let scalars = integers(stream, count: shape.reduce(1, *)).map { Float(max(Int($0 >> 56) - 128, 0)) / 128 }
        return Tensor(shape: shape, scalars: scalars)
    }

    static func labels(_ stream: UInt64, count: Int, classes: Int) -> [Int] {
        integers(stream, count: count).map { Int(($0 >> 32) % UInt64(classes)) }
    }

    /// Where a tensor of `count` elements is sampled.
    static func positions(_ stream: UInt64, samples: Int, count: Int) -> [Int] {
        integers(stream, count: samples).map { Int(($0 >> 32) % UInt64(count)) }
    }
}
