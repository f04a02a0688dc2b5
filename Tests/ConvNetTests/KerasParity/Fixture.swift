import Foundation
import Testing

@testable import ConvNet

/// Cases of one family, read from a file that Keras's own numbers fill; see `Fixtures/README.md`.
enum Fixture {
    /// Every case of a family, in the file's order.
    ///
    /// - Parameter family: The file's name without extension, such as `layers`.
    static func cases(_ family: String) throws -> [KerasCase] {
        let url = try #require(
            Bundle.module.url(forResource: family, withExtension: "safetensors", subdirectory: "Fixtures"),
            "the fixture \(family) is missing: Fixtures/make_fixtures.py makes it")
        let file = try SafetensorsFile.read(url.path)
        let text = try #require(file.metadata["fixture"])
        let cases = try #require(try JSONReader.read(Array(text.utf8)[...])["cases"]?.array)
        return try cases.map { try KerasCase(family: family, settings: $0, file: file) }
    }
}

/// One case: settings in Keras's words, and named tensors.
struct KerasCase: Sendable, CustomTestStringConvertible {
    let name: String
    let settings: JSONValue
    let tensors: [String: Tensor]

    var testDescription: String { name }

    init(family: String, settings: JSONValue, file: SafetensorsFile) throws {
        let name = try #require(settings["name"]?.string)
        let names = try #require(settings["tensors"]?.array)
        self.name = name
        self.settings = settings
        tensors = try Dictionary(
            uniqueKeysWithValues: names.map { entry in
                let tensor = try #require(entry.string)
                return (tensor, try #require(file["\(name)/\(tensor)"], "\(family) lacks \(name)/\(tensor)"))
            })
    }

    /// A tensor that the case must have.
    func tensor(_ tensor: String) throws -> Tensor {
        try #require(tensors[tensor], "case \(name) lacks the tensor \(tensor)")
    }

    /// The tensors whose names begin with `prefix/`, under the rest of their names.
    func tensors(under prefix: String) -> [String: Tensor] {
        let matching = tensors.filter { $0.key.hasPrefix(prefix + "/") }
        return Dictionary(
            uniqueKeysWithValues: matching.map { (String($0.key.dropFirst(prefix.count + 1)), $0.value) })
    }

    /// A text of the settings that the case must have.
    func text(_ setting: String) throws -> String {
        try #require(settings[setting]?.string, "case \(name) lacks the setting \(setting)")
    }

    /// The layer's, loss's or optimizer's own settings.
    var config: JSONValue { settings["config"] ?? .object([]) }
}

extension JSONValue {
    /// The number of a member as 32-bit float.
    func float(_ name: String) -> Float? { self[name]?.double.map { Float($0) } }
}
