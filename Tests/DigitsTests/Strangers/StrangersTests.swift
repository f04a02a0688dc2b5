import ConvNet
import Foundation
import Testing

/// Files that were made to do harm: one sentence each, at once, and in next to no memory.
@Suite struct StrangersTests {
    /// What a run of the command took.
    struct Cost {
        /// Largest resident memory of it or of a process that it started, in kB.
        let memory: Int
        /// Processor time, in microseconds.
        let processor: Int
        /// Wall-clock time, in microseconds.
        let time: Int
    }

    private func measured(_ arguments: [String], _ workspace: Workspace) throws -> (outcome: Outcome, cost: Cost) {
        let figures = workspace.path("figures")
        let outcome = try RunningCommand(
            [figures, RunningCommand.path] + arguments, command: RunningCommand.beside("measure")
        ).wait()
        let numbers = try workspace.text("figures").split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        try #require(numbers.count == 3)
        return (outcome, Cost(memory: numbers[0], processor: numbers[1], time: numbers[2]))
    }

    /// Where a file goes, and the arguments by which it is read.
    private func reading(_ reader: AttackFile.Reader, _ workspace: Workspace) -> (file: String, arguments: [String]) {
        let (model, folder) = (workspace.path("reader.safetensors"), workspace.path("begun"))
        func train(_ data: String) -> [String] { ["train", "--data", data, "--out", workspace.path("run")] }
        func file(_ name: String, _ arguments: (String) -> [String]) -> (file: String, arguments: [String]) {
            (workspace.path(name), arguments(workspace.path(name)))
        }
        return switch reader {
        case .data: file("data/\(DrawnDigits.trainImages)") { _ in train(workspace.data) }
        case .table: file("table.csv", train)
        case .arrays: file("arrays.npz", train)
        case .model: file("model.safetensors") { ["summary", $0] }
        case .keras: file("model.keras") { ["summary", $0] }
        case .hdf5: file("model.h5") { ["summary", $0] }
        case .weights: file("weights.npz") { ["convert", $0, workspace.path("run.npz"), "--model", "mlp-deep"] }
        case .picture: file("picture.png") { ["predict", model, $0] }
        case .settings: file("begun/settings.json") { _ in ["train", "--resume", folder] }
        case .history: file("begun/history.csv") { _ in ["report", folder, "--data", workspace.data] }
        }
    }

    /// What some of the files need beside them.
    private func prepare(_ workspace: Workspace) throws {
        let model = try Sequential(inputShape: [28, 28, 1]) {
            Flatten()
            Dense(10, activation: .softmax)
        }
        model.compile(loss: .categoricalCrossentropy, metrics: [.accuracy])
        try model.save(to: workspace.path("reader.safetensors"))
        let checkpoints = workspace.path("begun/checkpoints")
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
        for file in ["begun/model.safetensors", "begun/checkpoints/last.safetensors"] {
            try model.save(to: workspace.path(file))
        }
    }

    @Test func refusesEachAtOnceAndInLittleMemory() throws {
        // For people: STRANGERS_REPORT names a file that takes the figures, the least of several runs.
        let report = ProcessInfo.processInfo.environment["STRANGERS_REPORT"]
        let workspace = try Workspace()
        try prepare(workspace)
        let (_, idle) = try measured(["--version"], workspace)
        var table = "file,sentence,MB beyond idle,processor ms,ms\n"
        for attack in AttackFile.all {
            let (file, arguments) = reading(attack.reader, workspace)
            let before = FileManager.default.contents(atPath: file)
            let bytes = attack.bytes()
            try DrawnDigits.write(bytes, to: file)
            var costs: [Cost] = []
            var outcome: Outcome?
            for _ in 0..<(report == nil ? 1 : 5) {
                let (ending, cost) = try measured(arguments, workspace)
                outcome = ending
                costs.append(cost)
            }
            let ended = try #require(outcome)
            expectFailure(ended, code: 65, naming: file, attack.sentence)
            let memory = (costs.map(\.memory).max() ?? 0) - idle.memory
            #expect(memory < 50_000, "\(attack.testDescription): \(memory) kB beyond the idle process")
            #expect(!workspace.exists("run") && !workspace.exists("run.npz"))
            // As it was, for the next file.
            try FileManager.default.removeItem(atPath: file)
            if let before { try before.write(to: URL(filePath: file)) }
            let sentence = ended.errors.replacingOccurrences(of: workspace.folder, with: "…").dropLast().prefix(300)
            let (processor, time) = (costs.map(\.processor).min() ?? 0, costs.map(\.time).min() ?? 0)
            for text in [attack.testDescription, String(sentence)] {
                table += "\"\(text.replacing("\"", with: "\"\""))\","
            }
            table += "\(Double(memory) / 1000),\(Double(processor) / 1000),\(Double(time) / 1000)\n"
        }
        if let report { try table.write(toFile: report, atomically: true, encoding: .utf8) }
    }
}
