import Foundation
import Testing

/// CSV files as data.
@Suite struct TableDataTests {
    private static let header = "label," + (0..<784).map { "pixel\($0)" }.joined(separator: ",")

    /// A workspace whose `digits.csv` holds the drawn digits for training, and `unlabelled.csv` those for the test.
    private func workspace() throws -> Workspace {
        let workspace = try Workspace()
        try write("digits.csv", DrawnDigits.trainImages, labels: DrawnDigits.trainLabels, in: workspace)
        try write("unlabelled.csv", DrawnDigits.testImages, labels: nil, in: workspace)
        return workspace
    }

    private func write(_ name: String, _ images: String, labels: String?, in workspace: Workspace) throws {
        let pixels = try workspace.bytes("data/\(images)").dropFirst(16)
        let labels = try labels.map { Array(try workspace.bytes("data/\($0)").dropFirst(8)) }
        var lines = [labels == nil ? String(Self.header.dropFirst("label,".count)) : Self.header]
        for image in 0..<pixels.count / 784 {
            let start = pixels.startIndex + 784 * image
            let row = pixels[start..<start + 784].map { "\($0)" }.joined(separator: ",")
            lines.append((labels.map { "\($0[image])," } ?? "") + row)
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: workspace.path(name)))
    }

    @Test func trainsMeasuresAndReadsTables() throws {
        let workspace = try workspace()
        let (table, run) = (workspace.path("digits.csv"), workspace.path("run"))
        let division = "a fixed tenth of each class of \(table) is for the test: 30 of 300 images"
        let trained = try digits(
            "train", "--model", "mlp-deep", "--data", table, "--epochs", "2", "--batch-size", "32", "--out", run)
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.errors.contains(division))

        let part = try digits("evaluate", run, "--data", table)
        #expect(part.output.contains("on 30 images\n\(division)\n"))
        #expect(try digits("evaluate", run, "--data", table, "--json").json()["division"] as? String == division)
        let whole = try digits("evaluate", run, "--data", table, "--whole", "--json").json()
        #expect(whole["count"] as? Int == 300)
        #expect(whole["division"] == nil)

        let csv = workspace.path("predictions.csv")
        let read = try digits("predict", run, "--data", workspace.path("unlabelled.csv"), "--csv", csv)
        #expect(read.code == 0)
        #expect(read.errors.contains("100 images read; predictions in"))
        let lines = try workspace.text("predictions.csv").split(separator: "\n")
        #expect(lines.count == 101)
        #expect(lines.dropFirst().allSatisfy { $0.wholeMatch(of: /,[0-9]/) != nil })
        // The same images from the IDX files are read the same way.
        #expect(try digits("predict", run, "--data", workspace.data, "--csv", csv).code == 0)
        let known = try workspace.text("predictions.csv").split(separator: "\n").dropFirst().map { $0.dropFirst() }
        #expect(known == lines.dropFirst().map { $0[...] })
    }

    @Test func namesTheLineAndColumnThatIsWrong() throws {
        let workspace = try workspace()
        let whole = try workspace.text("digits.csv").split(separator: "\n").map { String($0) }
        let path = workspace.path("wrong.csv")
        func expectRefusal(_ lines: [String], _ reason: String, sourceLocation: SourceLocation = #_sourceLocation)
            throws
        {
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
            // 200 MB of memory that is its own: what is read may be nowhere near that.
            let outcome = try digits(
                "train", "--data", path, "--out", workspace.path("run"), after: "ulimit -d 204800")
            expectFailure(outcome, code: 65, naming: path, reason, sourceLocation: sourceLocation)
            #expect(!workspace.exists("run"), sourceLocation: sourceLocation)
        }
        var lines = whole
        lines[41].replace(",0,", with: ",o,", maxReplacements: 1)
        try expectRefusal(lines, "line 42, column ")
        lines = whole
        lines[299] = lines[299].split(separator: ",").dropLast().joined(separator: ",")
        try expectRefusal(lines, "line 300 has 784 columns, but line 1 has 785")
        lines = whole
        lines[0].replace(",pixel300,", with: ",")
        try expectRefusal(lines, "the column pixel300 is missing")
        try expectRefusal([String(repeating: "9", count: 30_000_000)], "line is longer than")
        try expectRefusal(
            [whole[0], String(repeating: "0,", count: 20_000_000)], "line 2 has more than the 785 columns")
        try expectRefusal([whole[0], String(repeating: " ", count: 30_000_000)], "line 2 is longer than")
    }

    @Test func needsLabelsToLearnAndToMeasure() throws {
        let workspace = try workspace()
        let table = workspace.path("unlabelled.csv")
        expectFailure(
            try digits("train", "--data", table, "--out", workspace.path("run")), code: 65, naming: table, "labels")
        try workspace.train("--epochs", "1")
        expectFailure(
            try digits("evaluate", workspace.path("run"), "--data", table), code: 65, naming: table, "labels")
    }

    @Test func refusesImagesOfAnotherSizeThanTheNetworkTakes() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        let table = workspace.path("small.csv")
        try Data("label,a,b,c,d\n1,0,0,0,0\n".utf8).write(to: URL(filePath: table))
        for command in [["evaluate"], ["predict", "--csv", workspace.path("out.csv")]] {
            let outcome = try RunningCommand(command + [workspace.path("run"), "--data", table, "--whole"]).wait()
            expectFailure(outcome, code: 65, naming: table, "[2, 2, 1]", "[28, 28, 1]")
        }
        #expect(!workspace.exists("out.csv"))
    }

    @Test func needsImagesForTheTest() throws {
        let workspace = try Workspace(withData: false)
        let table = workspace.path("two.csv")
        try Data("label,a\n0,1\n1,2\n".utf8).write(to: URL(filePath: table))
        expectFailure(
            try digits("train", "--data", table, "--out", workspace.path("run")), code: 65, naming: table,
            "for the test")
        let check = try digits("data", "verify", table, "--json").json()
        #expect(check["train"] as? Int == 2 && check["test"] as? Int == 0)
    }

    @Test func aNetworkHasAsManyOutputsAsThereAreClasses() throws {
        let workspace = try Workspace(withData: false)
        let table = workspace.path("letters.csv")
        let rows = (0..<260).map { row in
            "\(row % 26)," + (0..<784).map { $0 / 30 == row % 26 ? "255" : "0" }.joined(separator: ",")
        }
        try Data(([Self.header] + rows).joined(separator: "\n").utf8).write(to: URL(filePath: table))
        let run = workspace.path("run")
        let trained = try digits(
            "train", "--model", "mlp-deep", "--data", table, "--epochs", "1", "--batch-size", "10", "--out", run)
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(try digits("summary", run).output.contains("(None, 26)"))
        #expect(try digits("evaluate", run, "--data", table, "--json").json()["count"] as? Int == 26)
    }
}
