import Foundation
import Testing

/// Files that were made to do harm: one sentence each, at once, and in next to no memory.
@Suite struct StrangersTests {
    /// What a run of the command took.
    struct Cost {
        /// Largest resident memory, in kB.
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

    @Test func refusesEachAtOnceAndInLittleMemory() throws {
        let workspace = try Workspace()
        let (_, idle) = try measured(["--version"], workspace)
        var table = "file,sentence,MB beyond idle,processor ms,ms\n"
        for attack in AttackFile.all {
            let file: String
            let arguments: [String]
            switch attack.reader {
            case .data:
                file = workspace.path("data/\(DrawnDigits.trainImages)")
                arguments = ["train", "--data", workspace.data, "--out", workspace.path("run")]
            case .table:
                file = workspace.path("table.csv")
                arguments = ["train", "--data", file, "--out", workspace.path("run")]
            case .model:
                file = workspace.path("model.safetensors")
                arguments = ["summary", file]
            }
            try DrawnDigits.write(attack.bytes(), to: file)
            let (outcome, cost) = try measured(arguments, workspace)
            expectFailure(outcome, code: 65, naming: file, attack.sentence)
            let memory = cost.memory - idle.memory
            #expect(memory < 50_000, "\(attack.testDescription): \(memory) kB beyond the idle process")
            // The machine may be busy and the build one for debugging; what hangs or unpacks everything takes seconds.
            #expect(cost.processor < 5_000_000, "\(attack.testDescription): \(cost.processor) µs")
            #expect(!workspace.exists("run"))
            let sentence = outcome.errors.replacingOccurrences(of: workspace.folder, with: "…").dropLast()
            table += "\(attack.testDescription),\"\(sentence)\","
            table += "\(Double(memory) / 1000),\(Double(cost.processor) / 1000),\(Double(cost.time) / 1000)\n"
        }
        // For people: STRANGERS_REPORT names a file that takes the figures.
        if let path = ProcessInfo.processInfo.environment["STRANGERS_REPORT"] {
            try table.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }
}
