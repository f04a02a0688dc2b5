/// A layer's description: its settings, without weights.
///
/// Layers are values. A ``Sequential`` network lowers them to steps and holds the weights in one contiguous buffer.
public protocol Layer: Sendable, Codable {
    /// Keras's name of the class, such as `Conv2D`; names the kind in model files and summaries.
    static var className: String { get }

    /// The layer's own name, or nil to be named after its class, as in `conv2d_1`.
    var name: String? { get set }

    /// Adds the layer's steps to the graph and returns its output.
    ///
    /// - Parameters:
    ///   - input: What the layer before gives.
    ///   - graph: The network under construction.
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the input's shape can't fit; the text names both.
    func build(_ input: GraphValue, in graph: inout GraphBuilder) throws -> GraphValue
}

extension Layer {
    /// What the layer is called in a network that has `count` layers of its class before it, as Keras names them.
    func defaultName(count: Int) -> String {
        var snake = ""
        var previous: Character?
        for character in Self.className {
            if character.isUppercase, let previous, previous.isLowercase { snake.append("_") }
            snake.append(character.lowercased())
            previous = character
        }
        return count == 0 ? snake : "\(snake)_\(count)"
    }
}

/// Gathers the layers of a network; `if` and `for` may choose among them.
@resultBuilder
public enum LayerBuilder {
    /// One layer.
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    /// Several layers.
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    /// Layers in a row.
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    /// `if` without `else`.
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    /// `if`.
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    /// `else`.
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    /// `for`.
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
