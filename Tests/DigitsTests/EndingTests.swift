import Foundation
import Testing

/// How a training run ends that does not end well: interruption, divergence, places that cannot be written.
@Suite struct EndingTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func keepsWhatWasLearntWhenInterrupted(_ signal: Int32) throws {
        let workspace = try Workspace()
        let command = try RunningCommand([
            "train", "--model", "cnn-compact", "--data", workspace.data, "--epochs", "1000000", "--json", "--out",
            workspace.path("run"),
        ])
        command.waitUntil { workspace.exists("run/history.csv") }
        kill(command.process.processIdentifier, signal)
        let outcome = try command.wait()
        #expect(outcome.code == 130, "\(outcome.errors)")
        let model = workspace.path("run/model.safetensors")
        #expect(outcome.errors.split(separator: "\n").last?.contains(model) == true, "\(outcome.errors)")
        #expect(outcome.errors.contains("digits train --resume \(workspace.path("run"))"), "\(outcome.errors)")
        let result = try outcome.json()
        #expect(result["interrupted"] as? Bool == true)
        #expect(result["test_accuracy"] is NSNull)
        #expect(try #require(result["epochs"] as? [Any]).count >= 1)
        #expect(
            try workspace.contents("run")
                == ["checkpoints", "history.csv", "model.safetensors", "results.json", "settings.json"])
        #expect(try digits("evaluate", model, "--data", workspace.data).code == 0)
    }

    @Test func saysThatTrainingDiverged() throws {
        let workspace = try Workspace()
        let outcome = try workspace.train("--optimizer", "sgd", "--learning-rate", "1e30", "--verbose", "0")
        expectFailure(outcome, code: 75, naming: "epoch 1", "lower the learning rate")
        #expect(try workspace.contents("run") == ["checkpoints", "settings.json"])
        #expect(try workspace.contents("run/checkpoints") == ["last.safetensors"])
    }

    @Test func saysThatAFolderCannotBeMade() throws {
        let workspace = try Workspace()
        let file = workspace.path("file")
        try DrawnDigits.write([1], to: file)
        for place in [file, "\(file)/run", "\(file)/a/b", "/proc/run"] {
            let outcome = try digits("train", "--data", workspace.data, "--batch-size", "32", "--out", place)
            expectFailure(outcome, code: 73, naming: place)
        }
        #expect(try workspace.bytes("file") == [1])
        #expect(try workspace.contents("") == ["data", "file"])
    }

    @Test func saysThatPredictionsCannotBeWritten() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        for (place, code) in [(workspace.path("none/out.csv"), Int32(73)), ("/dev/full", 74)] {
            let outcome = try digits("predict", workspace.path("run"), "--data", workspace.data, "--csv", place)
            expectFailure(outcome, code: code, naming: place)
        }
    }

    @Test func saysThatStandardOutputTakesNoMore() throws {
        for arguments in [["models", "--json"], ["--help"], ["summary", "mlp-deep"]] {
            let outcome = try RunningCommand(arguments, after: "exec > /dev/full").wait()
            expectFailure(outcome, code: 74, naming: "standard output", "disk is full")
        }
    }

    private func arguments(_ workspace: Workspace, run: String) -> [String] {
        [
            "train", "--model", "mlp-deep", "--data", workspace.data, "--batch-size", "32", "--epochs", "3",
            "--verbose",
            "0", "--out", run,
        ]
    }

    /// A limit of 1 MiB a file, below the model's size: nothing half-written stays.
    @Test func saysThatAFileMayNotGrow() throws {
        let workspace = try Workspace()
        let outcome = try RunningCommand(
            arguments(workspace, run: workspace.path("run")), after: "ulimit -f 1024"
        ).wait()
        expectFailure(outcome, code: 74, naming: workspace.path("run/checkpoints/last.safetensors"), "ulimit")
        #expect(!workspace.exists("run"))
    }

    /// There is room for the first state, but not for the next beside it: the first stays whole, and when there is room,
    /// training goes on from it and gives what it would have given.
    @Test(.enabled("needs the right to mount a file system") { geteuid() == 0 && mountTakes() })
    func goesOnWhenAFullDiskHasRoomAgain() throws {
        let workspace = try Workspace()
        #expect(try RunningCommand(arguments(workspace, run: workspace.path("whole"))).wait().code == 0)
        let disk = workspace.path("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(mount("none", disk, "tmpfs", 0, "size=8m") == 0)
        defer { umount(disk) }
        let full = try RunningCommand(arguments(workspace, run: "\(disk)/run")).wait()
        expectFailure(
            full, code: 74, naming: "\(disk)/run/checkpoints/", "the disk is full; free some space", "needs 4.6 MB",
            "'digits train --resume \(disk)/run' then goes on")
        #expect(
            try workspace.contents("disk/run") == ["checkpoints", "history.csv", "model.safetensors", "settings.json"])
        #expect(try workspace.contents("disk/run/checkpoints") == ["last.safetensors"])

        let stillFull = try digits("train", "--resume", "\(disk)/run", "--verbose", "0")
        expectFailure(stillFull, code: 74, naming: "\(disk)/run/", "the disk is full; free some space")
        try #require(mount("none", disk, nil, UInt(MS_REMOUNT), "size=64m") == 0)
        let resumed = try digits("train", "--resume", "\(disk)/run", "--verbose", "0")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try workspace.bytes("disk/run/model.safetensors") == workspace.bytes("whole/model.safetensors"))
        #expect(try workspace.bytes("disk/run/history.csv") == workspace.bytes("whole/history.csv"))
    }

    @Test(.enabled("needs the right to mount a file system") { geteuid() == 0 && mountTakes() })
    func saysThatTheDiskIsFull() throws {
        let workspace = try Workspace()
        let disk = workspace.path("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(mount("none", disk, "tmpfs", 0, "size=1m") == 0)
        defer { umount(disk) }
        let outcome = try RunningCommand(arguments(workspace, run: "\(disk)/run")).wait()
        expectFailure(outcome, code: 74, naming: "\(disk)/run", "the disk is full; free some space")
        #expect(try workspace.contents("disk") == [])
    }
}

/// Whether this process may mount file systems: containers often forbid it to the superuser, too.
private func mountTakes() -> Bool {
    guard let workspace = try? Workspace(withData: false) else { return false }
    guard mount("none", workspace.folder, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount(workspace.folder) == 0
}
