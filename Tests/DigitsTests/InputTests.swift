import Foundation
import Testing

/// Data and model files that are missing or not what they should be: one sentence that names the file, and nothing made.
@Suite struct InputTests {
    private func train(_ workspace: Workspace, data: String? = nil) throws -> Outcome {
        try digits("train", "--data", data ?? workspace.data, "--out", workspace.path("run"))
    }

    private func expectNothingMade(_ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(!workspace.exists("run"), sourceLocation: sourceLocation)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let file: String
        let change: @Sendable ([UInt8]) -> [UInt8]

        init(_ name: String, _ file: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]) {
            testDescription = name
            self.file = file
            self.change = change
        }
    }

    @Test(arguments: [
        Damage("wrong magic", DrawnDigits.trainImages) { [1] + $0.dropFirst() },
        Damage("wrong type", DrawnDigits.trainImages) { Array($0[..<2]) + [0x0d] + $0[3...] },
        Damage("wrong rank", DrawnDigits.trainImages) { Array($0[..<3]) + [200] + $0[4...] },
        Damage("empty", DrawnDigits.trainImages) { _ in [] },
        Damage("cut in its header", DrawnDigits.trainImages) { Array($0[..<10]) },
        Damage("cut in its pixels", DrawnDigits.testImages) { Array($0.dropLast()) },
        Damage("too long", DrawnDigits.testImages) { $0 + [0] },
        Damage("promises too much", DrawnDigits.trainImages) { Array($0[..<4]) + [0xff, 0xff] + $0[6...] },
        Damage("other image size", DrawnDigits.trainImages) { _ in
            DrawnDigits.idx([300, 14, 56], [UInt8](repeating: 0, count: 300 * 784))
        },
        Damage("fewer labels than images", DrawnDigits.trainLabels) { _ in
            DrawnDigits.idx([299], [UInt8](repeating: 0, count: 299))
        },
        Damage("label above 9", DrawnDigits.testLabels) { Array($0.dropLast()) + [10] },
        Damage("damaged gzip", DrawnDigits.trainLabels) { [0x1f, 0x8b, 8, 0] + $0 },
    ])
    func refusesDamagedData(_ damage: Damage) throws {
        let workspace = try Workspace()
        let file = "data/\(damage.file)"
        try DrawnDigits.write(damage.change(try workspace.bytes(file)), to: workspace.path(file))
        expectFailure(try train(workspace), code: 65, naming: workspace.path(file))
        try expectNothingMade(workspace)
    }

    @Test func saysWhereDataIsMissing() throws {
        let workspace = try Workspace()
        let nowhere = workspace.path("nowhere")
        expectFailure(try train(workspace, data: nowhere), code: 66, naming: nowhere, "no such file or folder")
        expectFailure(try train(workspace, data: "minst"), code: 66, naming: "did you mean mnist?")
        let empty = workspace.path("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
        expectFailure(try train(workspace, data: empty), code: 66, naming: empty, "IDX", "pictures")
        let file = workspace.path("data/\(DrawnDigits.testLabels)")
        try FileManager.default.removeItem(atPath: file)
        expectFailure(try train(workspace), code: 66, naming: file)
        try expectNothingMade(workspace)
    }

    @Test func saysWhatHelpsWhereMNISTIsUnavailable() throws {
        let workspace = try Workspace()
        let empty = workspace.path("empty")
        let outcome = try digits(
            "train", "--data", "mnist", "--out", workspace.path("run"), environment: ["DIGITS_DATA": empty])
        expectFailure(outcome, code: 69, naming: empty, "DIGITS_DATA", "--data")
        try expectNothingMade(workspace)
    }

    /// Without MNIST, one sentence says why, and every result names the synthetic digits.
    @Test func goesOnWithSyntheticDigitsWhereMNISTIsUnavailable() throws {
        let workspace = try Workspace(withData: false)
        let (empty, run) = (workspace.path("empty"), workspace.path("run"))
        let trained = try digits(
            "train", "--model", "mlp-deep", "--epochs", "1", "--out", run, environment: ["DIGITS_DATA": empty])
        #expect(trained.code == 0)
        let remarks = trained.errors.split(separator: "\n")
        #expect(remarks.first?.hasPrefix("Using synthetic digits: MNIST is not on this machine") == true)
        #expect(remarks.first?.contains(empty) == true)
        #expect(trained.errors.contains("on 42,000 synthetic digits"))
        #expect(trained.output.contains("on 10,000 held-out synthetic digits"))

        let results = try jsonObject(Data(try workspace.bytes("run/results.json")))
        #expect(results["dataset"] as? String == "synthetic")
        #expect(try #require(results["test_accuracy"] as? Double) > 0.8)
        let model = try #require(
            String(bytes: try workspace.bytes("run/model.safetensors").prefix(20_000), encoding: .isoLatin1))
        #expect(model.contains(#"\"dataset\":\"synthetic\""#))

        let evaluated = try digits("evaluate", run, "--data", "synthetic")
        #expect(evaluated.errors.isEmpty)
        #expect(evaluated.output.contains("held-out synthetic digits"))
    }

    @Test func refusesAModelFileCutAnywhere() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        let whole = try workspace.bytes("run/model.safetensors")
        let cut = workspace.path("cut.safetensors")
        let headerEnd = 8 + whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        for length in [0, 1, 7, 8, 9, 100, headerEnd - 1, headerEnd, headerEnd + 1, whole.count / 2, whole.count - 1] {
            try DrawnDigits.write(Array(whole[..<length]), to: cut)
            expectFailure(try digits("evaluate", cut, "--data", workspace.data), code: 65, naming: cut)
        }
        try DrawnDigits.write(whole + [0], to: cut)
        expectFailure(try digits("summary", cut), code: 65, naming: cut)
        try DrawnDigits.write(Array("a text, not a model".utf8), to: cut)
        expectFailure(try digits("predict", cut, "--csv", workspace.path("out.csv")), code: 65, naming: cut)
        expectFailure(
            try digits("train", "--from", cut, "--data", workspace.data, "--out", workspace.path("new")), code: 65,
            naming: cut)
        #expect(!workspace.exists("new"))
        #expect(!workspace.exists("out.csv"))
    }

    @Test func saysWhereAModelIsMissing() throws {
        let workspace = try Workspace()
        let missing = workspace.path("missing.safetensors")
        expectFailure(try digits("evaluate", missing, "--data", workspace.data), code: 66, naming: missing)
        expectFailure(try digits("summary", missing), code: 66, naming: missing)
        expectFailure(
            try digits("evaluate", workspace.data, "--data", workspace.data), code: 66, naming: workspace.data,
            "model.safetensors")
    }
}
