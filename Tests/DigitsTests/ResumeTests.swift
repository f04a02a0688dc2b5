import Foundation
import Testing

/// Runs that are killed anywhere and gone on with end with the same bytes as runs that were not.
@Suite struct ResumeTests {
    private static let settings = [
        "--model", "cnn-compact", "--batch-size", "16", "--epochs", "4", "--verbose", "0", "--checkpoint-every",
        "3steps",
    ]

    /// Trains without interruption into the folder `whole`.
    private func trainWhole(_ workspace: Workspace) throws {
        let outcome = try RunningCommand(
            ["train", "--data", workspace.data, "--out", workspace.path("whole")] + Self.settings
        ).wait()
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    /// The two runs gave the same, but for the time that it took.
    private func expectEqual(
        _ run: String, _ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for file in ["model.safetensors", "history.csv"] {
            #expect(
                try workspace.bytes("\(run)/\(file)") == workspace.bytes("whole/\(file)"), "\(file)",
                sourceLocation: sourceLocation)
        }
        func results(_ run: String) throws -> NSDictionary {
            var results = try jsonObject(Data(try workspace.bytes("\(run)/results.json")))
            for name in ["run", "model_file", "seconds"] { results[name] = nil }
            results["epochs"] = (results["epochs"] as? [[String: Any]])?.map { epoch in
                epoch.filter { $0.key != "seconds" }
            }
            return NSDictionary(dictionary: results)
        }
        #expect(try results(run) == results("whole"), sourceLocation: sourceLocation)
        #expect(
            try workspace.contents(run)
                == [
                    "checkpoints", "history.csv", "model.safetensors", "pictures", "report.html", "results.json",
                    "settings.json",
                ],
            sourceLocation: sourceLocation)
        #expect(
            try workspace.contents("\(run)/checkpoints") == ["best.safetensors", "last.safetensors"],
            sourceLocation: sourceLocation)
    }

    /// Kills at moments that a generator of the given seed picks, each time in the middle of something else.
    @Test(arguments: [1, 2] as [UInt64])
    func endsWithTheSameBytesWhereverItIsKilled(seed: UInt64) throws {
        let workspace = try Workspace()
        try trainWhole(workspace)
        var random = SplitMix(state: seed)
        var arguments = ["--data", workspace.data, "--out", workspace.path("run")] + Self.settings
        var kills = 0
        while true {
            let command = try RunningCommand(["train"] + arguments)
            if kills < 6 {
                command.waitUntil { workspace.exists("run/settings.json") }
                usleep(UInt32.random(in: 0..<120_000, using: &random))
                kill(command.process.processIdentifier, SIGKILL)
            }
            let outcome = try command.wait()
            if outcome.signal == nil {
                #expect(outcome.code == 0, "\(outcome.errors)")
                break
            }
            kills += 1
            arguments = [
                "--resume", workspace.path("run"), "--verbose", "0", "--threads",
                "\(Int.random(in: 1...3, using: &random))",
            ]
        }
        #expect(kills >= 1)
        try expectEqual("run", workspace)
    }

    @Test func goesOnAfterAnInterruption() throws {
        let workspace = try Workspace()
        try trainWhole(workspace)
        let command = try RunningCommand(
            ["train", "--data", workspace.data, "--out", workspace.path("run")] + Self.settings.dropLast(2)
                + ["--checkpoint-every", "1000000steps"])
        command.waitUntil { workspace.exists("run/history.csv") }
        kill(command.process.processIdentifier, SIGINT)
        let first = try command.wait()
        #expect(first.code == 130)
        #expect(first.errors.contains("'digits train --resume \(workspace.path("run"))' goes on"), "\(first.errors)")
        let second = try digits("train", "--resume", workspace.path("run"), "--json")
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.errors.contains(/Going on: (epoch \d of 4, \d+ of 19 steps|\d of 4 epochs) are done\n/))
        #expect(try #require(try second.json()["epochs"] as? [Any]).count == 4)
        try expectEqual("run", workspace)
    }

    @Test func saysThatARunIsFinished() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        let run = workspace.path("run")
        let before = try workspace.bytes("run/model.safetensors")
        expectFailure(try digits("train", "--resume", run), code: 64, naming: run, "finished", "--from")
        #expect(try workspace.bytes("run/model.safetensors") == before)
    }

    @Test func refusesWhatIsNoRun() throws {
        let workspace = try Workspace()
        let nowhere = workspace.path("nowhere")
        expectFailure(try digits("train", "--resume", nowhere), code: 66, naming: nowhere, "no such run")
        expectFailure(try digits("train", "--resume", workspace.data), code: 66, naming: workspace.data, "no run")
        #expect(try workspace.contents("") == ["data"])
    }

    /// A run that was ended within its first epoch; its folder is `run`.
    private func leaveUnfinished(_ workspace: Workspace) throws {
        let command = try RunningCommand(
            [
                "train", "--model", "mlp-deep", "--data", workspace.data, "--out", workspace.path("run"), "--epochs",
                "1000", "--batch-size", "32", "--verbose", "0",
            ])
        command.waitUntil { workspace.exists("run/history.csv") }
        kill(command.process.processIdentifier, SIGKILL)
        _ = try command.wait()
    }

    @Test func refusesOptionsThatContradictTheRun() throws {
        let workspace = try Workspace()
        try leaveUnfinished(workspace)
        let run = workspace.path("run")
        for (option, value, own) in [
            ("--model", "cnn-wide", "mlp-deep"), ("--epochs", "5", "1000"), ("--batch-size", "64", "32"),
            ("--optimizer", "adam", "rmsprop"), ("--learning-rate", "0.5", "0.001"),
            ("--loss", "mean_squared_error", "categorical_crossentropy"), ("--activation", "tanh", "none"),
            ("--units", "512,256,128,33", "none"), ("--validation-split", "0.5", "0.3"), ("--seed", "7", "0"),
            ("--from", "other", "none"), ("--out", "elsewhere", run),
        ] {
            let outcome = try digits("train", "--resume", run, option, value)
            expectFailure(outcome, code: 64, naming: run, "\(option) \(value)", own)
        }
    }

    @Test func refusesOtherData() throws {
        let workspace = try Workspace()
        try leaveUnfinished(workspace)
        let run = workspace.path("run")
        let file = "data/\(DrawnDigits.trainImages)"
        var images = try workspace.bytes(file)
        images[images.count - 1] ^= 1
        try DrawnDigits.write(images, to: workspace.path(file))
        expectFailure(try digits("train", "--resume", run), code: 64, naming: run, "data has changed")

        // The right images at another place.
        images[images.count - 1] ^= 1
        let moved = workspace.path("moved")
        try FileManager.default.moveItem(atPath: workspace.data, toPath: moved)
        expectFailure(try digits("train", "--resume", run), code: 66, naming: workspace.data)
        try DrawnDigits.write(images, to: "\(moved)/\(DrawnDigits.trainImages)")
        let command = try RunningCommand(["train", "--resume", run, "--data", moved, "--verbose", "0"])
        let before = try workspace.bytes("run/history.csv")
        command.waitUntil { (try? workspace.bytes("run/history.csv")) != before }
        #expect(command.process.isRunning)
    }

    @Test func saysThatACheckpointIsDamaged() throws {
        let workspace = try Workspace()
        try leaveUnfinished(workspace)
        let path = "run/checkpoints/last.safetensors"
        try DrawnDigits.write(try workspace.bytes(path).dropLast(), to: workspace.path(path))
        expectFailure(
            try digits("train", "--resume", workspace.path("run")), code: 65, naming: workspace.path(path), "cut off")
    }

    @Test(arguments: ["0steps", "-1s", "5", "5min", "steps", "1epoch,2epochs", "3s,", ""])
    func refusesIntervalsThatAreNone(_ text: String) throws {
        let outcome = try digits("train", "--checkpoint-every", text)
        expectFailure(outcome, code: 64, naming: "--checkpoint-every")
    }
}

/// The generator SplitMix64 (Steele, Lea and Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
