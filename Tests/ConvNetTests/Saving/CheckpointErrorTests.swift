import Foundation
import Testing

@testable import ConvNet

/// Checkpoints of other trainings, damaged ones, and places that cannot be written.
@Suite struct CheckpointErrorTests {
    private let data = try? SmallData.digits(64, seed: 1)

    /// Leaves a checkpoint within the second epoch.
    private func leaveCheckpoint(at path: String) throws {
        struct Crash: Error {}
        final class CrashInSecondEpoch: Callback {
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
                if context.epoch == 1, batch == 2 { throw Crash() }
            }
        }
        #expect(throws: Crash.self) {
            _ = try CheckpointTests.made().fit(
                try #require(data), epochs: 2, batchSize: 16,
                callbacks: [BackupAndRestore(path: path, every: .steps(1)), CrashInSecondEpoch()])
        }
    }

    private func refusal(
        of path: String, model: Sequential? = nil, data other: Dataset? = nil, epochs: Int = 2, batchSize: Int = 16,
        augmentation: Augmentation? = nil, shuffle: Bool = true
    ) throws -> ConvNetError {
        let before = try bytes(of: path)
        let error = try #require(throws: ConvNetError.self) {
            _ = try (model ?? CheckpointTests.made()).fit(
                try other ?? #require(data), epochs: epochs, batchSize: batchSize, augmentation: augmentation,
                shuffle: shuffle, callbacks: [BackupAndRestore(path: path)])
        }
        #expect(error.path == path)
        #expect(try bytes(of: path) == before, "what is refused is left alone")
        return error
    }

    @Test func refusesAnotherTraining() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            try leaveCheckpoint(at: path)
            func expect(_ error: ConvNetError, _ text: String) {
                #expect(error.kind == .invalidArgument)
                #expect(error.message.contains(text), "\(error)")
            }
            expect(try refusal(of: path, batchSize: 8), "batch size 16 there, 8 here")
            expect(try refusal(of: path, data: SmallData.digits(60, seed: 1)), "64 examples there, 60 examples here")
            expect(try refusal(of: path, epochs: 1, shuffle: false), "another order")
            expect(
                try refusal(of: path, augmentation: Augmentation(rotationRange: 10)),
                "augmentation none there, rotation=10.0,fill=nearest here")
            expect(try refusal(of: path, model: CheckpointTests.made(seed: 4)), "seed 3 there, 4 here")
            expect(
                try refusal(of: path, model: CheckpointTests.made(optimizer: SGD())), "optimizer Adam there, SGD here")
            let model = try CheckpointTests.made()
            model.compile(optimizer: Adam(), loss: .meanSquaredError, metrics: [.accuracy])
            expect(try refusal(of: path, model: model), "loss")
            model.compile(optimizer: Adam(), loss: .categoricalCrossentropy)
            expect(try refusal(of: path, model: model), "metrics")
            let other = try Sequential(inputShape: [8, 8, 1], seed: 3) {
                Flatten()
                Dense(10, activation: .softmax)
            }
            other.compile(optimizer: Adam(), loss: .categoricalCrossentropy, metrics: [.accuracy])
            expect(try refusal(of: path, model: other), "layers")
        }
    }

    @Test func refusesFewerEpochsThanAreDone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            try CheckpointTests.made().fit(
                try #require(data), epochs: 2, batchSize: 16,
                callbacks: [BackupAndRestore(path: path, deletesAtEnd: false)])
            #expect(try refusal(of: path, epochs: 1).message.contains("epochs 2 are done there, 1 here"))
        }
    }

    @Test func refusesDamage() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            try leaveCheckpoint(at: path)
            let whole = try SafetensorsFile.read(path)
            let state = try #require(whole.metadata[Checkpoint.metadataName])
            func expect(_ text: String, _ change: (inout SafetensorsFile) -> Void) throws {
                var file = whole
                change(&file)
                try file.write(to: path)
                let error = try refusal(of: path)
                #expect(error.kind == .invalidData)
                #expect(error.message.contains(text), "\(error)")
            }
            try expect("not a checkpoint") { $0.metadata[Checkpoint.metadataName] = nil }
            try expect("not a checkpoint") { $0.metadata["convnet"] = nil }
            try expect("not valid JSON") { $0.metadata[Checkpoint.metadataName] = state + "," }
            try expect("damaged") { $0.metadata[Checkpoint.metadataName] = "{}" }
            for (old, new) in [
                ("\"batch\":2", "\"batch\":-1"), ("\"batch\":2", "\"batch\":99"), ("\"batch\":2", "\"batch\":1e99"),
                ("\"epoch\":1", "\"epoch\":-1"), ("\"step\":", "\"step\":-"), ("\"names\":[\"loss\",", "\"names\":["),
            ] {
                #expect(state.contains(old), "\(state)")
                try expect("damaged") {
                    $0.metadata[Checkpoint.metadataName] = state.replacingOccurrences(of: old, with: new)
                }
            }
            try expect("lacks optimizer.1/dense/kernel") { $0["optimizer.1/dense/kernel"] = nil }
            try expect("lacks dense/bias") { $0["dense/bias"] = .zeros([11]) }
            try expect("newer than this program's 1") {
                $0.metadata[Checkpoint.metadataName] = state.replacingOccurrences(
                    of: "\"major\":1", with: "\"major\":2")
            }
        }
    }

    /// A newer minor version only adds what may be ignored.
    @Test func opensANewerMinorVersion() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            try leaveCheckpoint(at: path)
            var file = try SafetensorsFile.read(path)
            let state = try #require(file.metadata[Checkpoint.metadataName])
            file.metadata[Checkpoint.metadataName] = state.replacingOccurrences(
                of: "\"minor\":0", with: "\"minor\":7,\"more\":[1]")
            try file.write(to: path)
            try CheckpointTests.made().fit(
                try #require(data), epochs: 2, batchSize: 16, callbacks: [BackupAndRestore(path: path)])
        }
    }

    @Test func keepsTheStateBeforeWhereTheNextCannotBeWritten() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            try withTemporaryFolder { folder in
                let path = folder + "/backup.safetensors"
                let data = try SmallData.digits(64, seed: 1)
                let stopped = BackupAndRestore(path: path, deletesAtEnd: false)
                let model = try CheckpointTests.made()
                try model.fit(data, epochs: 1, batchSize: 16, callbacks: [stopped])
                let before = try bytes(of: path)
                var limit = rlimit(rlim_cur: rlim_t(before.count / 2), rlim_max: rlim_t.max)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                let error = try #require(throws: ConvNetError.self) {
                    try CheckpointTests.made().fit(
                        data, epochs: 2, batchSize: 16, callbacks: [BackupAndRestore(path: path, deletesAtEnd: false)])
                }
                #expect(error.kind == .inputOutput)
                #expect(error.message.contains("ulimit"))
                #expect(error.message.contains("the state before is still there"))
                #expect(try bytes(of: path) == before)
                #expect(try contents(of: folder) == ["backup.safetensors"])
            }
        }
    }
}
