/// What a callback remembers, as a checkpoint keeps it.
///
/// Names are the callback's own. Numbers need not be finite.
public struct CallbackState: Sendable, Equatable {
    /// Counts, bests and the like.
    public var numbers: [String: Double]
    /// Texts.
    public var texts: [String: String]
    /// Tensors, such as the best weights so far.
    public var tensors: [String: Tensor]

    /// - Parameters:
    ///   - numbers: Counts, bests and the like.
    ///   - texts: Texts.
    ///   - tensors: Tensors.
    public init(numbers: [String: Double] = [:], texts: [String: String] = [:], tensors: [String: Tensor] = [:]) {
        self.numbers = numbers
        self.texts = texts
        self.tensors = tensors
    }

    /// A number as a count from 0; nil where it is not there or is none.
    public func count(_ name: String) -> Int? {
        numbers[name].flatMap { Int(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
