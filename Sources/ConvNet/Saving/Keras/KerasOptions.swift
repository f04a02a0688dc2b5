/// The settings of one object in a Keras file. Each is taken, or known not to matter, or refused by its name: nothing that
/// changes what a network computes is dropped silently.
struct KerasOptions {
    /// What the settings belong to, as in `layer 'conv2d' (Conv2D)`.
    let owner: String
    private let path: String
    private var rest: [String: JSONValue] = [:]
    private var order: [String] = []

    init(_ config: JSONValue?, of owner: String, path: String) {
        self.owner = owner
        self.path = path
        for member in config?.members ?? [] {
            rest[member.name] = member.value
            order.append(member.name)
        }
    }

    /// What a layer is called in sentences, with no more of its names than a sentence holds.
    static func owner(layer name: String?, _ className: String) -> String {
        "layer \(name.map { "'\($0.prefix(longestName))' " } ?? "")(\(className.prefix(longestName)))"
    }

    private static let longestName = 100

    /// An error that begins with the owner.
    func problem(_ message: String) -> ConvNetError {
        ConvNetError(.invalidData, path: path, "\(owner) \(message)".printable)
    }

    /// Takes a setting; nil where it is absent or null.
    mutating func take(_ name: String) -> JSONValue? {
        let value = rest.removeValue(forKey: name)
        return value == .null ? nil : value
    }

    /// Takes a setting of some kind; nil where it is absent or null.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` where it is of another kind.
    private mutating func take<Value>(
        _ name: String, _ kind: String, _ convert: (JSONValue) -> Value?
    ) throws(ConvNetError) -> Value? {
        guard let value = take(name) else { return nil }
        guard let converted = convert(value) else {
            throw problem("has \(name) = \(Self.shown(value)), which is not \(kind); save the model again")
        }
        return converted
    }

    mutating func integer(_ name: String) throws(ConvNetError) -> Int? {
        try take(name, "a whole number", \.integer)
    }

    mutating func float(_ name: String) throws(ConvNetError) -> Float? {
        try take(name, "a number") { $0.double.map { Float($0) }.flatMap { $0.isFinite ? $0 : nil } }
    }

    mutating func bool(_ name: String) throws(ConvNetError) -> Bool? {
        try take(name, "true or false", \.bool)
    }

    mutating func text(_ name: String) throws(ConvNetError) -> String? {
        try take(name, "a text", \.string)
    }

    mutating func integers(_ name: String) throws(ConvNetError) -> [Int]? {
        try take(name, "a list of whole numbers", \.integers)
    }

    /// A height and a width, or one number for both.
    mutating func size(_ name: String) throws(ConvNetError) -> Size? {
        try take(name, "a height and a width") { value in
            if let side = value.integer { return Size(side, side) }
            guard let sides = value.integers, sides.count == 2 else { return nil }
            return Size(sides[0], sides[1])
        }
    }

    mutating func padding() throws(ConvNetError) -> Padding? {
        guard let text = try text("padding") else { return nil }
        guard let padding = Padding(rawValue: text) else {
            throw problem("has padding = '\(text)', which ConvNet does not have; use 'valid' or 'same'")
        }
        return padding
    }

    mutating func dataFormat() throws(ConvNetError) -> DataFormat? {
        guard let text = try text("data_format") else { return nil }
        guard let format = DataFormat(rawValue: text) else {
            throw problem("has data_format = '\(text)', which there is not; use channels_last or channels_first")
        }
        return format
    }

    /// Takes settings that change nothing here.
    mutating func ignore(_ names: String...) {
        for name in names { rest[name] = nil }
    }

    /// Takes a setting whose only value that can be had is the given one.
    mutating func require(_ name: String, _ value: JSONValue) throws(ConvNetError) {
        guard let given = take(name), given != value else { return }
        throw problem("has \(name) = \(Self.shown(given)), which ConvNet does not have; use \(Self.shown(value))")
    }

    /// Refuses what nothing took, unless it says that something is not there.
    func finish() throws(ConvNetError) {
        for name in order {
            guard let value = rest[name], value != .null, value != .boolean(false) else { continue }
            throw problem("has \(name) = \(Self.shown(value)), which ConvNet does not have; build it without \(name)")
        }
    }

    /// What nothing took and is there, each with its value, for a remark instead of a refusal.
    var leftovers: [String] {
        order.compactMap { name in
            guard let value = rest[name], value != .null, value != .boolean(false) else { return nil }
            return "\(name) = \(Self.shown(value))"
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.text
        return text.count <= 60 ? text : "\(text.prefix(57))..."
    }
}

extension KerasOptions {
    /// The class name and the settings of an object that Keras wrote: of an object, of a name alone, or null.
    static func object(_ value: JSONValue?) -> (className: String, config: JSONValue)? {
        if let name = value?.string { return (name, .object([])) }
        guard let name = value?["class_name"]?.string else { return nil }
        return (name, value?["config"] ?? .object([]))
    }

    mutating func activation(_ name: String = "activation") throws(ConvNetError) -> ActivationFunction? {
        guard let value = take(name) else { return nil }
        // Functions of Keras are written as their name, or as an object whose settings are the name.
        let text = value.string ?? value["config"]?.string
        guard let text, let activation = ActivationFunction(name: text) else {
            throw problem(
                "has \(name) = \(text.map { "'\($0)'" } ?? Self.shown(value)), which ConvNet does not have; use one of "
                    + ActivationFunction.names.joined(separator: ", "))
        }
        return activation
    }
}
