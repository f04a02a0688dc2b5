/// The same elements under another shape.
///
/// - Input shape: any. Output shape: the target's.
public struct Reshape: Layer {
    /// Keras's name of the class.
    public static let className = "Reshape"

    /// The layer's own name; nil to be named after its class.
    public var name: String?
    /// The new dimensions, without the batch; one may be -1 and follows from the others.
    public var targetShape: [Int]

    /// - Parameters:
    ///   - targetShape: The new dimensions, without the batch; one may be -1 and follows from the others.
    ///   - name: The layer's own name.
    public init(_ targetShape: [Int], name: String? = nil) {
        self.name = name
        self.targetShape = targetShape
    }

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        let known = targetShape.filter { $0 != -1 }
        let unknown = targetShape.count - known.count
        guard !targetShape.isEmpty, unknown <= 1, known.allSatisfy({ $0 >= 1 }) else {
            throw graph.problem("target shape \(targetShape); give sizes of at least 1, and -1 at most once")
        }
        let rest = Shape.count(known)
        let shape = targetShape.map { $0 == -1 ? input.count / rest : $0 }
        return try graph.reshape(input, to: shape)
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case targetShape = "target_shape"
    }
}
