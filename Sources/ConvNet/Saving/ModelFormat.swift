/// The formats of model and weights files, each known by how a file's name ends.
public enum ModelFormat: String, Sendable, Hashable, CaseIterable {
    /// This library's own, with the network in its metadata; or weights alone, from any program.
    case safetensors
    /// A model of Keras 3.
    case keras
    /// A model of Keras in HDF5; where the name ends with `.weights.h5`, weights alone.
    case h5
    /// Weights alone, of NumPy.
    case npz

    /// The format of a file's name.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` that lists the endings.
    public init(path: String) throws(ConvNetError) {
        let ending = path.split(separator: "/").last.flatMap { $0.split(separator: ".").dropFirst().last } ?? ""
        guard let format = ModelFormat(rawValue: ending.lowercased()) ?? (ending.lowercased() == "hdf5" ? .h5 : nil)
        else {
            let endings = Self.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw ConvNetError(
                .invalidArgument, path: path, "a model's format follows from how its name ends; name it with \(endings)"
            )
        }
        self = format
    }
}

extension Sequential {
    /// Opens a model of any format that holds a network: `.safetensors`, `.keras` and `.h5`.
    ///
    /// - Parameters:
    ///   - path: The file; its name's ending says the format.
    ///   - helper: The program that reads HDF5.
    /// - Throws: ``ConvNetError``, as ``load(from:customLayers:)`` and ``load(keras:helper:)`` do; `invalidArgument` where
    ///   the name has another ending.
    public static func open(_ path: String, helper: HDF5Helper? = .find()) throws -> Imported {
        switch try ModelFormat(path: path) {
        case .safetensors: return Imported(model: try load(from: path), notes: [])
        case .keras, .h5: return try load(keras: path, helper: helper)
        case .npz:
            throw ConvNetError(
                .invalidArgument, path: path,
                "it holds weights without a network; name the network that they belong to (digits convert --model)")
        }
    }

    /// Saves the network in the format that the name's ending says: `.safetensors`, `.keras` and `.h5` with the network,
    /// `.npz` and `.weights.h5` the weights alone.
    ///
    /// - Parameters:
    ///   - path: The file; what stood there before is replaced.
    ///   - helper: The program that writes HDF5.
    /// - Throws: ``ConvNetError``, as ``save(to:)`` and ``save(keras:helper:)`` do; `invalidArgument` where the name has
    ///   another ending.
    public func export(to path: String, helper: HDF5Helper? = .find()) throws {
        switch try ModelFormat(path: path) {
        case .safetensors: try save(to: path)
        case .keras: try save(keras: path, helper: helper)
        case .h5 where !path.lowercased().hasSuffix(".weights.h5"): try save(h5: path, helper: helper)
        case .h5, .npz: try saveWeights(to: path, helper: helper)
        }
    }
}
