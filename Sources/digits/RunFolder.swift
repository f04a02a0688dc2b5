import ConvNet
import FoundationEssentials
import Glibc

/// The folder that keeps what a training run used and gave.
///
/// | file | content |
/// | --- | --- |
/// | `model.safetensors` | the network as it was last |
/// | `history.csv` | one line an epoch |
/// | `settings.json` | every setting, defaults resolved |
/// | `results.json` | what `--json` prints |
struct RunFolder {
    let path: String

    var modelFile: String { Self.file(ModelFile.name, in: path) }
    var historyFile: String { Self.file("history.csv", in: path) }
    private var settingsFile: String { Self.file("settings.json", in: path) }
    private var resultsFile: String { Self.file("results.json", in: path) }

    /// Makes the folder and writes the settings there, so that a place that takes no files is known before training.
    ///
    /// A run that is there already is replaced.
    ///
    /// - Throws: ``ConvNetError`` of kind `cannotCreate` or `inputOutput`; folders made until then are removed again.
    init(creating path: String, settings: some Encodable) throws {
        guard !path.isEmpty else {
            throw ConvNetError(.cannotCreate, "the run folder's name is empty; name a folder with --out")
        }
        self.path = path
        let made = try Folder.make(path)
        do {
            for file in [modelFile, historyFile, settingsFile, resultsFile] {
                guard unlink(file) == 0 || errno == ENOENT else { throw SystemError.creating(file, errno: errno) }
            }
            try AtomicFile.write(try JSONText.encode(settings, .indented), to: settingsFile)
        } catch {
            Folder.remove(made)
            throw error
        }
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
