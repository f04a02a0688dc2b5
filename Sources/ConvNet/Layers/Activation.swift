/// An activation as a layer of its own.
///
/// Input and output have the same shape. Written `Activation(.relu)`; directly behind a dense or convolution layer it
/// costs nothing more than that layer's own `activation`.
public struct Activation: Layer {
    /// Keras's name of the class.
    public static let className = "Activation"

    /// The layer's own name; nil to be named after its class.
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

    /// Adds the layer's steps to the graph and returns its output.
    public func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue {
        try graph.activation(input, activation)
    }
}
