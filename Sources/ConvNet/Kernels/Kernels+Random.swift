import CKernels

/// Where in the space of random numbers a stream lies.
struct RandomKey: Sendable, Hashable {
    var seed: UInt64
    var stream: UInt32 = 0
    var step: UInt64 = 0

    var kernelKey: ck_random_key { ck_random_key(seed: seed, step: step, stream: stream) }
}

/// Random numbers from the counter-based generator.
extension Kernels {
    /// Words of the stream `key`, four a block.
    static func philox(key: RandomKey, firstBlock: UInt32, into words: inout [UInt32]) {
        precondition(words.count.isMultiple(of: 4), "\(words.count) words are not whole blocks")
        ck_philox(key.kernelKey, firstBlock, words.count / 4, &words)
    }

    /// Numbers uniform in `low ..< high`.
    static func uniform(count: Int, low: Float, high: Float, key: RandomKey) -> [Float] {
        array(count: count) { ck_random_uniform(key.kernelKey, count, low, high, $0) }
    }

    /// Numbers of a normal distribution.
    static func normal(count: Int, mean: Float, standardDeviation: Float, key: RandomKey) -> [Float] {
        array(count: count) { ck_random_normal(key.kernelKey, count, mean, standardDeviation, $0) }
    }
}
