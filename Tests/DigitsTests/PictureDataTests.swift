import ConvNetImages
import Foundation
import Testing

/// Folders of pictures as data, and data sets as folders of pictures.
@Suite struct PictureDataTests {
    /// A workspace whose folder `pictures` was exported from the drawn digits.
    private func workspace() throws -> Workspace {
        let workspace = try Workspace()
        let outcome = try digits("data", "export", workspace.data, workspace.path("pictures"), "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try outcome.json()["train"] as? Int == 300)
        return workspace
    }

    @Test func exportsPicturesThatAreReadBackBitForBit() throws {
        let workspace = try workspace()
        #expect(try workspace.contents("pictures") == ["test", "train"])
        #expect(try workspace.contents("pictures/train") == (0...9).map { "\($0)" })
        #expect(try workspace.contents("pictures/test/7").first == "07.png")
        #expect(try workspace.contents("pictures/test/7").count == 10)

        let run = workspace.path("run")
        try workspace.train("--epochs", "1")
        let fromFiles = try digits("evaluate", run, "--data", workspace.data, "--json").json()
        let fromPictures = try digits("evaluate", run, "--data", workspace.path("pictures"), "--json").json()
        #expect(fromFiles["count"] as? Int == 100)
        for field in ["loss", "accuracy", "count"] {
            #expect(fromFiles[field] as? Double == fromPictures[field] as? Double)
        }
        // Without train and test, a fixed tenth of each class is for the test.
        let part = try digits("evaluate", run, "--data", workspace.path("pictures/train"))
        #expect(part.output.contains("on 30 images\na fixed tenth of each class of"))
    }

    @Test func classNamesComeFromTheFoldersAndGoIntoTheModel() throws {
        let workspace = try workspace()
        for (digit, name) in ["one", "two, too"].enumerated() {
            for part in ["train", "test"] {
                let folder = workspace.path("words/\(part)")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: workspace.path("pictures/\(part)/\(digit + 1)"), toPath: "\(folder)/\(name)")
            }
        }
        let (words, run, csv) = (workspace.path("words"), workspace.path("run"), workspace.path("predictions.csv"))
        let trained = try digits(
            "train", "--model", "mlp-deep", "--data", words, "--epochs", "3", "--batch-size", "8", "--out", run)
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(try digits("predict", run, "--data", words, "--csv", csv).code == 0)
        let lines = try workspace.text("predictions.csv").split(separator: "\n").dropFirst()
        #expect(lines.count == 20)
        for line in lines { #expect(line.wholeMatch(of: /(one|"two, too"),(one|"two, too")/) != nil, "\(line)") }
        // The network's second class alone keeps its number.
        try FileManager.default.removeItem(atPath: workspace.path("words/train/one"))
        try FileManager.default.removeItem(atPath: workspace.path("words/test/one"))
        #expect(try digits("predict", run, "--data", words, "--csv", csv).code == 0)
        #expect(
            try workspace.text("predictions.csv").split(separator: "\n").dropFirst().allSatisfy {
                $0.hasPrefix("\"two")
            })
        expectFailure(
            try digits("evaluate", run, "--data", workspace.path("pictures")), code: 65, naming: "the class 0",
            "one, two, too")
    }

    @Test func namesWhatDoesNotBelongInAFolderOfPictures() throws {
        let workspace = try workspace()
        func expectRefusal(_ name: String, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) throws
        {
            let file = workspace.path("pictures/\(name)")
            try Data("a text\n".utf8).write(to: URL(filePath: file))
            defer { try? FileManager.default.removeItem(atPath: file) }
            let outcome = try digits(
                "train", "--data", workspace.path("pictures"), "--out", workspace.path("run"), after: "ulimit -d 204800"
            )
            expectFailure(outcome, code: 65, naming: file, sourceLocation: sourceLocation)
            for text in texts { #expect(outcome.errors.contains(text), sourceLocation: sourceLocation) }
            #expect(!workspace.exists("run"), sourceLocation: sourceLocation)
        }
        try expectRefusal("train/3/readme.txt", "PNG")
        try expectRefusal("train/3/000.png", "PNG")
        try expectRefusal("test/readme.txt", "in no folder of a class")
        try expectRefusal("readme.txt", "beside train and test")
        // Hidden files, such as those that file managers leave, do not matter.
        try Data().write(to: URL(filePath: workspace.path("pictures/train/3/.DS_Store")))
        #expect(try digits("data", "verify", workspace.path("pictures")).code == 0)
        try FileManager.default.removeItem(atPath: workspace.path("pictures/test"))
        expectFailure(
            try digits("data", "verify", workspace.path("pictures")), code: 65, naming: workspace.path("pictures"),
            "'test'")
    }

    @Test func saysWhichFolderMayNotBeRead() throws {
        let workspace = try workspace()
        let folder = workspace.path("pictures/train/3")
        // The superuser may read everything, so the command runs as somebody else.
        let asNobody = geteuid() == 0 ? "exec setpriv --reuid=65534 --clear-groups -- \"$0\" \"$@\"" : nil
        for path in [folder, workspace.path("pictures")] {
            chmod(path, 0)
            defer { chmod(path, 0o755) }
            let outcome = try digits("data", "verify", workspace.path("pictures"), after: asNobody)
            expectFailure(outcome, code: 66, naming: path, "may not be read")
        }
    }

    @Test func leavesWhatIsThereAlone() throws {
        let workspace = try workspace()
        let folder = workspace.path("pictures")
        expectFailure(try digits("data", "export", workspace.data, folder), code: 73, naming: folder, "there already")
        expectFailure(
            try digits("data", "export", workspace.path("nowhere"), workspace.path("new")), code: 66, naming: "nowhere")
        #expect(!workspace.exists("new"))
        #expect(try workspace.contents("").filter { $0.hasPrefix(".") } == [])
    }

    @Test func showsImagesWithTheirClasses() throws {
        let workspace = try Workspace()
        let seven = try digits("data", "show", workspace.data, "--class", "7", "--count", "2", "--test")
        #expect(seven.code == 0, "\(seven.errors)")
        let lines = seven.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { $0 == "7" }.count == 2)
        #expect(lines.count == 2 * 29 + 1)
        #expect(!seven.output.contains("\u{1B}"))
        #expect(lines.contains { $0.contains("████") })
        #expect(
            try digits("data", "show", workspace.data, "--seed", "1").output
                == digits("data", "show", workspace.data, "--seed", "1").output)
        #expect(
            try digits("data", "show", workspace.data, "--seed", "1").output
                != digits("data", "show", workspace.data, "--seed", "2").output)

        let png = workspace.path("grid.png")
        #expect(try digits("data", "show", workspace.data, "--count", "12", "--png", png).code == 0)
        let grid = try Picture.read(png)
        // Two lines of images, each pixel four times as large, and enough of their ink.
        #expect(grid.width >= 6 * 28 * 4 && grid.height >= 2 * 28 * 4)
        #expect(grid.pixels.filter { $0 < 30 }.count >= 12 * 28 * 28 * 16 / 2)
        expectFailure(
            try digits("data", "show", workspace.data, "--class", "x"), code: 64, naming: "no class x", "0, 1, 2")
    }
}
