import Foundation
import Testing

/// The report of a run, as the command writes it.
@Suite struct ReportTests {
    @Test func eachRunHasOne() throws {
        let workspace = try Workspace()
        let trained = try workspace.train("--epochs", "3")
        #expect(trained.code == 0, "\(trained.errors)")
        let page = workspace.path("run/report.html")
        #expect(trained.output.contains("\nreport: \(page) (made in "))

        let html = try workspace.text("run/report.html")
        let results = try jsonObject(Data(try workspace.bytes("run/results.json")))
        let accuracy = try #require(results["test_accuracy"] as? Double)
        let error = try #require(results["test_standard_error"] as? Double)
        #expect(html.contains(String(format: ">%.2f ± %.2f %%</dd>", 100 * accuracy, 100 * error)))
        #expect(html.contains(String(format: ">%.4f</dd>", try #require(results["test_loss"] as? Double))))
        let epochs = try #require(results["epochs"] as? [[String: Any]])
        for epoch in epochs {
            let numbers = try ["loss", "accuracy", "val_loss", "val_accuracy"].map {
                try #require(epoch[$0] as? Double)
            }
            let cells = numbers.map { String(format: "<td class=\"number\">%.4f</td>", $0) }.joined()
            #expect(html.contains(cells))
        }
        #expect(html.contains("<td>rmsprop</td>") || html.contains(">Optimizer</th><td>rmsprop</td>"))
        #expect(try workspace.contents("run/pictures").contains("loss.svg"))
        #expect(try workspace.bytes("run/pictures/confusion.png").starts(with: [0x89, 0x50, 0x4e, 0x47]))

        // Made anew, it is the same; and it can be made elsewhere, of other data, of the model alone.
        #expect(try digits("report", workspace.path("run"), "--data", workspace.data).code == 0)
        #expect(try workspace.text("run/report.html") == html)
        let other = workspace.path("some/where")
        let json = try digits(
            "report", workspace.path("run/model.safetensors"), "--data", workspace.data, "--out", other, "--json"
        )
        .json()
        #expect(json["report"] as? String == "\(other)/report.html")
        #expect(json["seconds"] is Double)
        let alone = try workspace.text("some/where/report.html")
        #expect(alone.contains("No epoch was recorded."))
        #expect(alone.contains(String(format: ">%.2f ± %.2f %%</dd>", 100 * accuracy, 100 * error)))
    }

    /// The model, the results and what `--json` prints are there whatever becomes of the report.
    @Test func isNoneOfTheModelsBusiness() throws {
        let workspace = try Workspace()
        try FileManager.default.createDirectory(atPath: workspace.path("run"), withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: workspace.path("run/pictures")))
        let outcome = try workspace.train("--epochs", "1", "--json", "--verbose", "0")
        #expect(outcome.code == 73)
        #expect(outcome.errors.contains(workspace.path("run/pictures")), "\(outcome.errors)")
        let accuracy = try outcome.json()["test_accuracy"] as? Double
        #expect(!workspace.exists("run/report.html"))
        let evaluated = try digits("evaluate", workspace.path("run"), "--data", workspace.data, "--json").json()
        #expect(evaluated["accuracy"] as? Double == accuracy)
        #expect(workspace.exists("run/results.json"))
    }

    @Test func aRunThatIsReplacedLosesItsOldReport() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1", model: "cnn-simple")
        #expect(try workspace.contents("run/pictures").contains("layer-01-conv2d.svg"))
        try workspace.train("--epochs", "1")
        #expect(!(try workspace.contents("run/pictures")).contains("layer-01-conv2d.svg"))
        #expect(try workspace.text("run/report.html").contains("<title>mlp-deep on "))
    }

    @Test func saysWhatIsWrong() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1", "--verbose", "0")
        let (run, model) = (workspace.path("run"), workspace.path("run/model.safetensors"))
        func report(_ arguments: String...) throws -> Outcome {
            try RunningCommand(["report", "--data", workspace.data] + arguments).wait()
        }
        expectFailure(try report(model), code: 64, naming: model, "--out")
        expectFailure(try report(workspace.path("none")), code: 66, naming: workspace.path("none"))
        expectFailure(try report(run, "--out", "\(model)/below"), code: 73, naming: model)
        try Data("epoch,loss\n0,much\n".utf8).write(to: URL(filePath: workspace.path("run/history.csv")))
        expectFailure(try report(run), code: 65, naming: workspace.path("run/history.csv"))
    }
}
