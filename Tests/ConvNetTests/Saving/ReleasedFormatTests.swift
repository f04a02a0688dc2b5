import Foundation
import Testing

@testable import ConvNet

/// A file of each version of the formats that was ever released still opens, and means what it meant.
///
/// `Fixtures/ModelFiles` has a folder a version. Files there are never replaced: a new version adds a folder.
@Suite struct ReleasedFormatTests {
    private static let folder = Bundle.module.bundleURL.appending(path: "Fixtures/ModelFiles").path

    static let versions: [String] = {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("v") }.sorted()
    }()

    @Test func thereIsAFileOfTheVersionThatIsWritten() {
        let current = ModelDescription.currentVersion
        #expect(Self.versions.contains("v\(current.major).\(current.minor)"), "\(Self.versions)")
    }

    @Test(arguments: versions)
    func opensAModel(version: String) throws {
        let path = "\(Self.folder)/\(version)/model.safetensors"
        let model = try Sequential.load(from: path)
        #expect(model.name == "every layer")
        #expect(model.seed == 7)
        #expect(model.inputShape == [6, 6, 1])
        #expect(
            model.layers.map { type(of: $0).className } == [
                "ZeroPadding2D", "Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "AveragePooling2D",
                "Reshape", "Flatten", "Dropout", "Dense",
            ])
        #expect(model.layers.last?.name == "head")
        #expect(model.parameterCount == 20 + 8 + 3 * 33)
        #expect(model.info.classNames == ["none", "one", "many"])
        #expect(model.info.training == ["epochs": "2"])
        #expect(model.loss == .categoricalCrossentropy)
        let optimizer = try #require(model.compilation?.optimizer as? SGD)
        #expect(optimizer.learningRate == .cosineDecay(initial: 0.1, steps: 10))
        #expect(optimizer.momentum == 0.9)
        #expect(model.compilation?.metrics == [.accuracy, .topK(2)])
        try expectSameOutputs(path, version)
    }

    /// The checkpoint was kept after two epochs of four.
    @Test(arguments: versions)
    func goesOnFromACheckpoint(version: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/backup.safetensors"
            let released = "\(Self.folder)/\(version)/checkpoint.safetensors"
            try FileManager.default.copyItem(atPath: released, toPath: path)
            #expect(try BackupAndRestore.position(in: path) == (2, 0))
            let model = try Sequential.load(from: path)
            let history = try model.fit(
                x: .uniform([6, 6, 6, 1], seed: 3), y: .zeros([6]), epochs: 4, batchSize: 4,
                callbacks: [
                    EarlyStopping(monitor: "loss", patience: 3), ReduceLROnPlateau(monitor: "loss"),
                    BackupAndRestore(path: path),
                ])
            #expect(history.epochs.map(\.epoch) == [0, 1, 2, 3])
            #expect(model.compilation?.state?.step == 8)
        }
    }

    /// What the file gave when it was written, to the last bits of another instruction set.
    private func expectSameOutputs(_ path: String, _ version: String) throws {
        let outputs = try SafetensorsFile.read("\(Self.folder)/\(version)/outputs.safetensors")
        let expected = try #require(outputs["outputs"])
        let given = try Predictor.load(from: path).predict(.uniform([5, 6, 6, 1], seed: 4))
        #expect(given.shape == expected.shape)
        for (a, b) in zip(given.scalars, expected.scalars) { #expect(abs(a - b) < 1e-6) }
    }
}
