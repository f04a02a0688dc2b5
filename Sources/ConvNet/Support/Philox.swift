/// A counter-based random generator, Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011): any part of any stream can be computed directly, so that results depend neither on the number of threads
/// nor on the order of the work.
///
/// ```swift
/// var generator = Philox(seed: 42)
/// let order = generator.permutation(of: 60_000)
/// let coin = Bool.random(using: &generator)
/// ```
public struct Philox: RandomNumberGenerator, Sendable {
    private static let bufferedBlocks = 64

    private let key: RandomKey
    private var nextBlock: UInt32 = 0
    private var words: [UInt32] = []
    private var position = 0

    /// The beginning of one stream.
    ///
    /// - Parameters:
    ///   - seed: The key: streams of different seeds have nothing in common.
    ///   - stream: Tells apart what draws from the same seed, for example two layers.
    ///   - step: Tells apart what draws from the same stream, for example two epochs. A stream repeats after 2³³
    ///     numbers.
    public init(seed: UInt64, stream: UInt32 = 0, step: UInt64 = 0) {
        key = RandomKey(seed: seed, stream: stream, step: step)
    }

    /// The next 64 bits: the next two words of the stream, the lower half first.
    public mutating func next() -> UInt64 {
        let low = nextWord()
        return UInt64(nextWord()) << 32 | UInt64(low)
    }

    /// The numbers 0 ..< count in random order, each order as likely as any other (Fisher and Yates).
    ///
    /// - Parameter count: How many numbers, at most 2³¹ - 1.
    public mutating func permutation(of count: Int) -> [Int32] {
        precondition((0...Int(Int32.max)).contains(count), "a permutation of \(count) numbers has no 32-bit indices")
        var order = [Int32](0..<Int32(count))
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(nextWord(below: UInt32(last + 1))))
        }
        return order
    }

    /// A word below `bound`, without bias: the upper half of word times bound, drawn again where the lower half falls
    /// in the part that does not divide evenly (Lemire, "Fast random integer generation in an interval", 2019).
    private mutating func nextWord(below bound: UInt32) -> UInt32 {
        var product = UInt64(nextWord()) * UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let threshold = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < threshold {
                product = UInt64(nextWord()) * UInt64(bound)
            }
        }
        return UInt32(product >> 32)
    }

    private mutating func nextWord() -> UInt32 {
        if position == words.count { refill() }
        defer { position += 1 }
        return words[position]
    }

    private mutating func refill() {
        if words.isEmpty { words = [UInt32](repeating: 0, count: 4 * Self.bufferedBlocks) }
        Kernels.philox(key: key, firstBlock: nextBlock, into: &words)
        nextBlock &+= UInt32(Self.bufferedBlocks)
        position = 0
    }
}
