extension Tensor {
    /// Random numbers spread evenly over `low ..< high`, 24 bits each.
    ///
    /// - Parameters:
    ///   - shape: The length of each axis.
    ///   - low: The smallest value.
    ///   - high: The bound above all values.
    ///   - seed: Gives the same numbers again.
    public static func uniform(_ shape: [Int], low: Float = 0, high: Float = 1, seed: UInt64) -> Tensor {
        let count = elementCount(of: shape)
        return Tensor(
            shape: shape, scalars: Kernels.uniform(count: count, low: low, high: high, key: RandomKey(seed: seed)))
    }

    /// Random numbers of a normal distribution, by the Box–Muller transform.
    ///
    /// - Parameters:
    ///   - shape: The length of each axis.
    ///   - mean: The distribution's mean.
    ///   - standardDeviation: The distribution's standard deviation, at least 0.
    ///   - seed: Gives the same numbers again.
    public static func normal(
        _ shape: [Int], mean: Float = 0, standardDeviation: Float = 1, seed: UInt64
    ) -> Tensor {
        precondition(standardDeviation >= 0, "a standard deviation of \(standardDeviation) is negative")
        let count = elementCount(of: shape)
        return Tensor(
            shape: shape,
            scalars: Kernels.normal(
                count: count, mean: mean, standardDeviation: standardDeviation, key: RandomKey(seed: seed)))
    }
}
