import Glibc

/// The readers that are given what libFuzzer makes up. Whatever the bytes are, a reader gives a value or throws a
/// `ConvNetError` that names the file; anything else, such as a trap, ends the process and is what is looked for.
///
/// The environment variable FUZZ_TARGET chooses one. These sources are compiled into one module with those of the library.
enum FuzzTarget: String, CaseIterable {
    case idx, gzip, json, safetensors, model, checkpoint, zip, npy, npz, picture, table
    /// Keras's: a whole archive, the description of a network alone, what the child process hands back of an HDF5 file, and
    /// what that process itself does with such a file.
    case keras, config, content, hdf5

    /// - Throws: What the reader throws.
    func read(_ path: String) throws {
        switch self {
        case .idx:
            let file = try IDXFile.read(path)
            precondition(file.bytes.count == file.dimensions.reduce(1, *), "an IDX file whose elements are not its own")
        case .gzip:
            let reader = try ByteReader(path: path)
            let bytes = try reader.read(.max)
            precondition(bytes.count <= reader.largestCount, "more bytes than a file of its size may become")
        case .json:
            let text = try bytes(of: path)
            do {
                let value = try JSONReader.read(text[...])
                // What was read can be written, and read again.
                let again = try JSONReader.read(value.text)
                precondition(again == value, "JSON that changes when it is written")
            } catch {
                throw ConvNetError(.invalidData, path: path, error.description)
            }
        case .safetensors:
            let file = try SafetensorsFile.read(path)
            precondition(file.names.count == file.tensors.count, "a name without a tensor")
        case .model:
            let model = try Sequential.load(from: path)
            precondition(model.weights.allSatisfy { $0.tensor.count == Shape.count($0.tensor.shape) }, "odd weights")
            _ = try Predictor.load(from: path)
        case .checkpoint:
            let checkpoint = try Checkpoint.read(path)
            precondition(checkpoint.state.isConsistent, "a state that contradicts itself")
            _ = checkpoint.optimizer
        case .zip:
            let archive = try ZipArchive(path: path)
            for entry in archive.entries {
                let content = try archive.read(entry)
                precondition(content.count == entry.size, "an entry that is not as long as it is said to be")
            }
        case .npy:
            let array = try NpyArray(try bytes(of: path), name: "a", path: path)
            precondition(array.floats().count == array.shape.reduce(1, *), "an array whose elements are not its own")
            _ = array.integers()
        case .npz:
            _ = try NpzFile.read(path)
        case .picture:
            _ = try Picture.read(path)
        case .table:
            _ = try ImageTable.read(path)
        case .keras:
            _ = try Sequential.load(keras: path, helper: nil)
        case .config:
            let config: JSONValue
            do {
                config = try JSONReader.read(try bytes(of: path)[...])
            } catch let error as JSONError {
                throw ConvNetError(.invalidData, path: path, error.description)
            }
            try build(config, path)
        case .content:
            guard let content = HDF5Content(try SafetensorsFile.read(path)) else { return }
            let again = HDF5Content(content.file)
            precondition(again == content, "content that changes on its way")
            let network = try Seeds.everyLayer()
            let weights = KerasWeights(layers: network.layers, parameters: network.parameters)
            try network.setWeights(try weights.read(content, path: path))
        case .hdf5:
            do throws(HDF5Program.Failure) {
                _ = try HDF5Program.content(of: path)
            } catch {
                throw ConvNetError(.invalidData, path: path, error.sentence)
            }
        }
    }

    /// The network that a description of Keras's becomes, as far as it goes without weights.
    private func build(_ config: JSONValue, _ path: String) throws {
        let architecture = try KerasArchitecture(config, path: path)
        do {
            let layers = try Sequential.named(architecture.layers)
            let graph = try Sequential.graph(inputShape: architecture.inputShape, layers: layers)
            precondition(graph.parameters.count <= FileLimits.tensors, "more weights than a file may hold")
        } catch let error as ConvNetError where error.kind == .invalidModel {
            throw ConvNetError(.invalidData, path: path, error.message.printable)
        }
        if let compiled = config["compile_config"] { _ = try KerasTraining(compiled, path: path) }
    }

    private func bytes(of path: String) throws -> [UInt8] {
        let file = try InputFile(path: path)
        return try file.readBytes(file.size)
    }
}

/// A file in memory that is filled anew for each input.
private struct Scratch {
    static let shared = Scratch()

    private let descriptor: Int32
    var path: String { "/proc/self/fd/\(descriptor)" }

    init() {
        // In memory, and without a name that could stay behind.
        var template = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        unlink(template)
    }

    func fill(_ bytes: UnsafeRawBufferPointer) {
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count else {
            perror("fuzz: the file in memory")
            exit(2)
        }
    }
}

private let chosen: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if name == "seeds", let folder = getenv("FUZZ_SEEDS") {
        do {
            try Seeds.write(to: String(cString: folder))
            _exit(0)
        } catch {
            print(error)
            _exit(1)
        }
    }
    guard let target = FuzzTarget(rawValue: name) else {
        print("FUZZ_TARGET is one of: " + FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
        _exit(64)
    }
    return target
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Scratch.shared.fill(UnsafeRawBufferPointer(start: bytes, count: count))
    let path = Scratch.shared.path
    do {
        try chosen.read(path)
    } catch let error as ConvNetError {
        precondition(error.path == path, "an error that names no file: \(error)")
        precondition(!error.message.isEmpty && !error.message.contains("\n"), "not one sentence: \(error)")
    } catch {
        preconditionFailure("an error that is not the library's: \(error)")
    }
    return 0
}
