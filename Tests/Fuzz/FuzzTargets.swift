import Glibc

/// The readers that are given what libFuzzer makes up. Whatever the bytes are, a reader gives a value or throws a
/// `ConvNetError` that names the file; anything else, such as a trap, ends the process and is what is looked for.
///
/// The environment variable FUZZ_TARGET chooses one. These sources are compiled into one module with those of the library.
enum FuzzTarget: String, CaseIterable {
    case idx, json, safetensors, model, checkpoint, npz, picture, table

    /// - Throws: What the reader throws.
    func read(_ path: String) throws {
        switch self {
        case .idx:
            let file = try IDXFile.read(path)
            precondition(file.bytes.count == file.dimensions.reduce(1, *), "an IDX file whose elements are not its own")
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
        case .npz:
            _ = try NpzFile.read(path)
        case .picture:
            _ = try Picture.read(path)
        case .table:
            _ = try ImageTable.read(path)
        }
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
