import ConvNet
import ConvNetReport
import FoundationEssentials

/// The report of a run: what its folder says of training, and what its model says of the test images.
struct RunReport {
    /// The page.
    let path: String
    /// How long it took to make, in seconds.
    let seconds: Double

    /// For people.
    var text: String { "report: \(path) (made in \(NumberText.time(seconds)))\n" }

    /// Makes the report.
    ///
    /// - Parameters:
    ///   - model: What was trained.
    ///   - test: Images that it was not trained on.
    ///   - dataset: What they are called in results.
    ///   - evaluation: What they gave, where that is known.
    ///   - run: Where training was recorded; what is missing there is missing in the report.
    ///   - folder: Where the report goes; the run's folder where it is not given.
    /// - Throws: ``ConvNetError``: `cannotCreate` or `inputOutput` where it cannot be written, `invalidData` where the
    ///   run's records are damaged.
    static func write(
        _ model: Sequential, on test: Dataset, named dataset: String, evaluation: Evaluation?, in run: RunFolder,
        to folder: String? = nil
    ) throws -> RunReport {
        let clock = ContinuousClock()
        let start = clock.now
        var data = test
        data.name = dataset == SyntheticDigits.name ? SyntheticDigits.testImages : dataset
        let report = try Report(
            model: model, data: data, settings: try settings(of: run), epochs: try epochs(of: run),
            evaluation: evaluation, batchSize: PassOptions.standard)
        let folder = folder ?? run.path
        try report.write(to: folder)
        return RunReport(path: Report.page(in: folder), seconds: (clock.now - start) / .seconds(1))
    }

    /// A value of `settings.json` for people.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text =
                if let number = try? value.decode(Int.self) {
                    "\(number)"
                } else if let number = try? value.decode(Double.self) {
                    "\(number)"
                } else if let list = try? value.decode([Int].self) {
                    list.map { "\($0)" }.joined(separator: ", ")
                } else {
                    try value.decode(String.self)
                }
        }
    }

    private static func settings(of run: RunFolder) throws -> [Report.Setting] {
        guard FileManager.default.fileExists(atPath: run.settingsFile) else { return [] }
        let values = try JSONText.decode([String: Value?].self, file: run.settingsFile)
        return values.sorted { $0.key < $1.key }.compactMap { name, value in
            let words = name.split(separator: "_").joined(separator: " ")
            return value.map { Report.Setting(words.prefix(1).uppercased() + words.dropFirst(), $0.text) }
        }
    }

    /// The lines of `history.csv`: the epoch, counted from 0, then what it gave.
    private static func epochs(of run: RunFolder) throws -> [Report.Epoch] {
        guard FileManager.default.fileExists(atPath: run.historyFile) else { return [] }
        let lines = try TextFile.read(run.historyFile, atMost: FileLimits.historyBytes).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard let names = lines.first else { return [] }
        return try lines.dropFirst().map { line in
            guard line.count == names.count, let epoch = Int(line[0]) else { throw damaged(run.historyFile) }
            var logs = Logs()
            for (name, text) in zip(names, line).dropFirst() {
                guard let number = Double(text) else { throw damaged(run.historyFile) }
                logs[String(name)] = number
            }
            return Report.Epoch(number: epoch + 1, logs: logs)
        }
    }

    private static func damaged(_ path: String) -> ConvNetError {
        ConvNetError(
            .invalidData, path: path, "it is not what 'digits train' wrote; remove it, and the report leaves it out")
    }
}
