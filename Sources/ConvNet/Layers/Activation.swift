/// An activation as a layer of its own.
///
/// Input and output have the same shape. Written `Activation(.relu)`; directly behind a dense or convolution layer it
/// costs nothing more than that layer's own `activation`.
public struct Activation: Layer {
    public static let className = "Activation"

    public var name: String?
    /// The function.
    public var activation: ActivationFunction

    /// - Parameters:
    ///   - activation: The function.
    ///   - name: The layer's own name.
    public init(_ activation: ActivationFunction, name: String? = nil) {
        self.name = name
        self.activation = activation
    }

    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        graph.activation(input, activation)
    }
}
