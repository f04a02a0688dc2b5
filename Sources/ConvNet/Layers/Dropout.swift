/// Inverted dropout (Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014):
/// in training each element is zero with probability `rate`, and the others grow by 1 / (1 - rate); in inference nothing
/// changes.
///
/// Input and output have the same shape. The mask follows from the network's seed, the step and the element alone.
public struct Dropout: Layer {
    /// Keras's name of the class.
    public static let className = "Dropout"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// Share of elements set to zero, 0 ..< 1.
    public var rate: Float
    /// Mixed into the network's seed.
    public var seed: UInt64?

    /// - Parameters:
    ///   - rate: Share of elements set to zero, 0 ..< 1.
    ///   - seed: Mixed into the network's seed.
    ///   - name: The layer's own name.
    public init(_ rate: Float, seed: UInt64? = nil, name: String? = nil) {
        self.name = name
        self.rate = rate
        self.seed = seed
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        guard rate >= 0, rate < 1 else {
            throw graph.problem("rate \(rate); give the share of elements to drop, from 0 to below 1")
        }
        return rate == 0 ? input : graph.dropout(input, rate: rate, seed: seed)
    }
}
