import ConvNet
import ConvNetReport
import FoundationEssentials
import Glibc

/// The folder that keeps what a training run used and gave.
///
/// | file | content |
/// | --- | --- |
/// | `model.safetensors` | the network as it was last |
/// | `history.csv` | one line an epoch |
/// | `settings.json` | every setting, defaults resolved |
/// | `results.json` | what `--json` prints; not there before training has ended |
/// | `checkpoints/last.safetensors` | the whole state of training, to go on from |
/// | `checkpoints/best.safetensors` | the same after the best epoch |
/// | `report.html`, `pictures/` | what the model does with the test images, to look at |
struct RunFolder {
    let path: String

    var modelFile: String { Self.file(ModelFile.name, in: path) }
    var historyFile: String { Self.file("history.csv", in: path) }
    var lastCheckpoint: String { Self.file("last.safetensors", in: checkpoints) }
    var bestCheckpoint: String { Self.file("best.safetensors", in: checkpoints) }
    private var checkpoints: String { Self.file("checkpoints", in: path) }
    var settingsFile: String { Self.file("settings.json", in: path) }
    private var resultsFile: String { Self.file("results.json", in: path) }

    /// Makes the folder and writes the first checkpoint and the settings there, so that a place that takes no files is
    /// known before training. Settings that are there mean a run that can be gone on with, so they are written last.
    ///
    /// A run that is there already is replaced.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - settings: Of the run.
    ///   - begin: Writes the first checkpoint to the path that it is given.
    /// - Throws: ``ConvNetError`` of kind `cannotCreate` or `inputOutput`; folders made until then are removed again.
    init(creating path: String, settings: some Encodable, begin: (_ checkpoint: String) throws -> Void) throws {
        guard !path.isEmpty else {
            throw ConvNetError(.cannotCreate, "the run folder's name is empty; name a folder with --out")
        }
        self.path = path
        let made = try Folder.make(Self.file("checkpoints", in: path))
        do {
            removeRemains()
            for file in [settingsFile, resultsFile, modelFile, historyFile, bestCheckpoint, lastCheckpoint] {
                try AtomicFile.remove(file)
            }
            try Report.remove(from: path)
            try begin(lastCheckpoint)
            try AtomicFile.write(try JSONText.encode(settings, .indented), to: settingsFile)
        } catch {
            Folder.remove(made)
            throw error
        }
    }

    /// A folder as it is.
    init(existing path: String) {
        self.path = path
    }

    /// The folder of a run that has begun.
    ///
    /// - Throws: ``ConvNetError``: `missingInput` where it is not one, `invalidArgument` where the run is finished.
    init(resuming path: String) throws {
        self.path = path
        for file in [settingsFile, lastCheckpoint] where !FileManager.default.fileExists(atPath: file) {
            throw ConvNetError(
                .missingInput, path: path,
                FileManager.default.fileExists(atPath: path)
                    ? "this folder holds no run that has begun; name one that 'digits train' made, or train anew"
                    : "there is no such run; name the folder that 'digits train' made")
        }
        if try isFinished() {
            throw ConvNetError(
                .invalidArgument, path: path,
                "this run is finished; to train its model further, begin a new run with --from \(path)")
        }
        removeRemains()
    }

    /// The settings that the run began with.
    func settings() throws -> TrainingSettings {
        let settings = try JSONText.decode(TrainingSettings.self, file: settingsFile)
        guard settings.isConsistent else { throw JSONText.changed(settingsFile) }
        return settings
    }

    private func isFinished() throws -> Bool {
        struct Results: Decodable {
            let interrupted: Bool
        }
        guard FileManager.default.fileExists(atPath: resultsFile) else { return false }
        return try !JSONText.decode(Results.self, file: resultsFile).interrupted
    }

    /// Files that a process left behind which was ended while it wrote.
    private func removeRemains() {
        for folder in [path, checkpoints] { AtomicFile.removeRemains(in: folder) }
    }

    func write(_ results: some Encodable) throws {
        try AtomicFile.write(try JSONText.encode(results, .indented), to: resultsFile)
    }

    /// A folder that is not there yet: `runs/`, the network's name, and the local date and time.
    static func standardPath(model: String) -> String {
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        func digits(_ number: Int32, _ count: Int = 2) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = digits(local.tm_year + 1900, 4) + digits(local.tm_mon + 1) + digits(local.tm_mday)
        let clock = digits(local.tm_hour) + digits(local.tm_min) + digits(local.tm_sec)
        let path = "runs/\(model)-\(date)-\(clock)"
        var number = 1
        var free = path
        while FileManager.default.fileExists(atPath: free) {
            number += 1
            free = "\(path)-\(number)"
        }
        return free
    }

    static func file(_ name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}

/// Keeps the network in its file: after each epoch, and where training ends within one.
final class SaveModel: Callback {
    private let path: String
    private var isSaved = false

    init(path: String) {
        self.path = path
    }

    func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
        isSaved = false
    }

    func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        context.model.info.training["epochs"] = "\(epoch + 1)"
        try save(context)
    }

    func onTrainEnd(_ context: TrainingContext) throws {
        if !isSaved { try save(context) }
    }

    private func save(_ context: TrainingContext) throws {
        try context.model.save(to: path)
        isSaved = true
    }
}
