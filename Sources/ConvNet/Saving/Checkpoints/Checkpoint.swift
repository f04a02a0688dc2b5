import FoundationEssentials
import Glibc

/// The whole state of a training, in one safetensors file that also opens as a model.
///
/// Beside a model file's tensors and texts it has the optimizer's numbers as `optimizer.0/conv2d/kernel`, …, the tensors
/// of callbacks as `callback.2/…`, and ``TrainingState`` as JSON. Random numbers need no state of their own: they follow
/// from the network's seed, the epoch and the step.
struct Checkpoint {
    static let metadataName = "convnet.checkpoint"

    let file: SafetensorsFile
    /// The network and how it was compiled.
    let description: JSONValue
    let state: TrainingState

    static func optimizerTensor(_ slot: Int, _ name: String) -> String { "optimizer.\(slot)/\(name)" }
    static func callbackTensor(_ index: Int, _ name: String) -> String { "callback.\(index)/\(name)" }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    // MARK: - Writing

    /// Replaces a file, as a whole, by the state of a network that is compiled.
    static func write(
        _ model: Sequential, _ compilation: Sequential.Compilation, _ state: TrainingState,
        callbacks: [CallbackState], to path: String
    ) throws {
        var file = try model.modelFile(for: path)
        file.metadata[metadataName] = try text(state, path: path)
        let graph = model.graph
        for slot in 0..<compilation.optimizer.slotCount {
            for parameter in graph.parameters where parameter.isTrainable {
                file[optimizerTensor(slot, parameter.name)] =
                    compilation.state?.tensor(parameter, slot: slot, of: graph) ?? .zeros(parameter.shape)
            }
        }
        for (index, callback) in callbacks.enumerated() {
            for (name, tensor) in callback.tensors.sorted(by: { $0.key < $1.key }) {
                file[callbackTensor(index, name)] = tensor
            }
        }
        do {
            try file.write(to: path)
        } catch let error as ConvNetError where error.kind == .inputOutput {
            let before = exists(path) ? "; the state before is still there, whole" : ""
            throw ConvNetError(
                .inputOutput, path: path,
                "\(error.message); the state of training needs \(NumberText.bytes(file.byteCount)) beside it\(before)")
        }
    }

    private static func text(_ state: TrainingState, path: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return String(decoding: try encoder.encode(state), as: UTF8.self)
        } catch {
            throw ConvNetError(
                .invalidArgument, path: path, "the state of training can't be written as JSON (\(error))")
        }
    }

    // MARK: - Reading

    /// Reads a checkpoint.
    ///
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file, `invalidData` where it is not a checkpoint,
    ///   is damaged, or is of a newer major version.
    static func read(_ path: String) throws -> Checkpoint {
        func problem(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }
        let file = try SafetensorsFile.read(path)
        guard let json = file.metadata[metadataName], let model = file.metadata[ModelDescription.metadataName] else {
            throw problem("it is not a checkpoint, which holds the state of a training; name one")
        }
        let description = try ModelDescription.readValue(
            model, version: ModelDescription.currentVersion, "description of the network", problem)
        _ = try ModelDescription.readValue(json, version: TrainingState.currentVersion, "state of training", problem)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let state = try? decoder.decode(TrainingState.self, from: Data(json.utf8)), state.isConsistent else {
            throw problem("its state of training is damaged; train anew")
        }
        return Checkpoint(file: file, description: description, state: state)
    }

    private init(file: SafetensorsFile, description: JSONValue, state: TrainingState) {
        self.file = file
        self.description = description
        self.state = state
    }
}
