import ArgumentParser
import ConvNet
import FoundationEssentials

/// A trained network on the command line.
struct ModelArgument: ParsableArguments {
    @Argument(help: "A model file, also of Keras, or the run folder that 'digits train' made.", completion: .file())
    var model: String

    func load() throws -> Sequential {
        try ModelFile.load(model)
    }
}

/// Where a model is.
enum ModelFile {
    static let name = "model.safetensors"

    /// Opens a model file, or that of a run folder.
    static func load(_ path: String) throws -> Sequential {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
            return try open(path)
        }
        let file = RunFolder.file(name, in: path)
        guard FileManager.default.fileExists(atPath: file) else {
            throw ConvNetError(
                .missingInput, path: path, "this folder holds no \(name); name a model file or a finished run folder")
        }
        return try open(file)
    }

    /// Opens a file of any format; whatever its name says, it may be one of this library.
    private static func open(_ path: String) throws -> Sequential {
        guard let format = try? ModelFormat(path: path), format != .safetensors else {
            return try Sequential.load(from: path)
        }
        let opened = try Sequential.open(path)
        for note in opened.notes { Console.tell("\(path): \(note)\n") }
        return opened.model
    }
}

/// Results for programs.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output, and nothing else there.")
    var json = false
}

/// How many images one pass takes, where nothing is learnt.
struct PassOptions: ParsableArguments {
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Images a pass; decides speed and memory.", valueName: "n"))
    var batchSize = Self.standard

    static let standard = 128

    func size() throws -> Int {
        try require(batchSize, in: 1...Int.max, "batch size")
        return batchSize
    }
}

/// Refuses a number that somebody gave and that is outside its range.
func require(_ value: Int?, in range: ClosedRange<Int>, _ what: String) throws {
    guard let value, !range.contains(value) else { return }
    let bounds =
        range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw ConvNetError(.invalidArgument, "\(what) \(value); give \(bounds)")
}
