/// What an HDF5 file holds, as far as Keras uses it: floats by their path, texts by group and name.
///
/// It travels between this library and the program that links libhdf5 as a safetensors file, which is read strictly:
/// nothing that a hostile HDF5 file makes of that program reaches further than numbers and texts.
package struct HDF5Content: Sendable, Equatable {
    /// The text of an attribute, or several.
    package enum Attribute: Sendable, Equatable {
        case text(String)
        case texts([String])
    }

    /// Datasets by path, without a slash at the beginning, in the file's order.
    package var datasets = SafetensorsFile()
    /// Attributes by the path of their group, which is empty for the root, and their name.
    package private(set) var attributes: [String: [String: Attribute]] = [:]
    /// Groups, also empty ones.
    package private(set) var groups: [String] = []

    package init() {}

    package mutating func add(group: String) {
        groups.append(group)
    }

    package mutating func set(_ name: String, of group: String, to attribute: Attribute) {
        attributes[group, default: [:]][name] = attribute
    }

    private static let attributesName = "attributes"
    private static let groupsName = "groups"

    /// As a safetensors file.
    package var file: SafetensorsFile {
        var file = datasets
        let objects = attributes.sorted { $0.key < $1.key }.map { group, named in
            JSONValue.Member(
                name: group,
                value: .object(named.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value.json) }))
        }
        file.metadata = [
            Self.attributesName: JSONValue.object(objects).text,
            Self.groupsName: JSONValue.array(groups.map { .string($0) }).text,
        ]
        return file
    }

    /// Of a safetensors file that ``file`` gave; nil where it is anything else.
    package init?(_ file: SafetensorsFile) {
        guard let attributes = (file.metadata[Self.attributesName].flatMap { try? JSONReader.read($0) })?.members,
            let groups = (file.metadata[Self.groupsName].flatMap { try? JSONReader.read($0) })?.array
        else { return nil }
        datasets = file
        datasets.metadata = [:]
        self.groups = groups.compactMap(\.string)
        for group in attributes {
            for member in group.value.members ?? [] {
                set(
                    member.name, of: group.name,
                    to: member.value.string.map { .text($0) }
                        ?? .texts((member.value.array ?? []).compactMap(\.string)))
            }
        }
    }

    /// The text of an attribute; nil where there is none or several.
    func text(_ name: String, of group: String) -> String? {
        if case .text(let text)? = attributes[group]?[name] { text } else { nil }
    }

    /// The texts of an attribute, also of one that Keras has cut into `name0`, `name1`, … because it was long.
    func texts(_ name: String, of group: String) -> [String]? {
        let named = attributes[group] ?? [:]
        if let attribute = named[name] { return attribute.texts }
        let parts = (0..<named.count).prefix { named["\(name)\($0)"] != nil }
        return parts.isEmpty ? nil : parts.flatMap { named["\(name)\($0)"]?.texts ?? [] }
    }
}

extension HDF5Content.Attribute {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .texts(let texts): .array(texts.map { .string($0) })
        }
    }

    fileprivate var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .texts(let texts): texts
        }
    }
}
