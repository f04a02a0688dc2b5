import ConvNet
import Foundation
import Testing

@testable import ConvNetReport

/// The page's numbers against the network's own, and networks and data at the edges.
@Suite struct ReportTests {
    /// A page taken apart by its own ids.
    private struct Page {
        let html: String

        init(_ report: Report) throws { html = try report.html() }

        /// The text of the element of an id.
        func text(_ id: String) -> String? {
            html.range(of: "id=\"\(id)\">").map { start in
                String(html[start.upperBound...].prefix { $0 != "<" })
            }
        }

        /// The cells of a table's body, row by row.
        func table(_ id: String) -> [[String]] {
            guard let start = html.range(of: "<table id=\"\(id)-table\">"),
                let body = html[start.upperBound...].firstMatch(of: /(?s)<tbody>(.*?)<\/tbody>/)
            else { return [] }
            return body.1.matches(of: /<tr>(.*?)<\/tr>/).map { row in
                row.1.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map { String($0.1) }
            }
        }

        var figures: [String] { html.matches(of: /<figure id="figure-([^"]+)">/).map { String($0.1) } }
    }

    private func network(_ classes: Int = 3, classNames: [String] = []) throws -> Sequential {
        let model = try Sequential(inputShape: [6, 5, 1], name: "tiny", seed: 4) {
            Conv2D(4, kernelSize: 3, activation: .relu)
            Dropout(0.5)
            Flatten()
            Dense(classes, activation: classes == 1 ? .sigmoid : .softmax)
        }
        model.compile(optimizer: SGD(), loss: .categoricalCrossentropy, metrics: [.accuracy])
        model.info.classNames = classNames
        return model
    }

    private func data(_ count: Int, classes: Int = 3, names: [String]? = nil) throws -> Dataset {
        try Dataset(
            name: "noise", images: .uniform([count, 6, 5, 1], seed: 2), labels: (0..<count).map { $0 % classes },
            classNames: names)
    }

    private func epoch(_ number: Int, _ values: [(String, Double)]) -> Report.Epoch {
        var logs = Logs()
        for (name, value) in values { logs[name] = value }
        return Report.Epoch(number: number, logs: logs)
    }

    @Test func numbersAreTheNetworksOwn() throws {
        let (model, data) = (try network(), try data(90))
        let epochs = (1...3).map { number in
            epoch(number, [("loss", 1.5 / Double(number)), ("accuracy", 0.25 * Double(number)), ("val_loss", 0.75)])
        }
        let report = try Report(
            model: model, data: data, settings: [Report.Setting("Seed", "4")], epochs: epochs)
        let page = try Page(report)
        let evaluation = try model.evaluate(data)
        let accuracy = try #require(evaluation.accuracy)
        let error = try #require(evaluation.accuracyStandardError)
        #expect(
            page.text("accuracy") == String(format: "%.2f ± %.2f %%", 100 * accuracy, 100 * error))
        #expect(page.text("loss") == String(format: "%.4f", evaluation.loss))
        #expect(page.text("image-count") == "90")
        #expect(page.text("parameter-count") == "\(model.parameterCount)")

        let predictions = try model.predictClasses(data)
        let confusion = try ConfusionMatrix(
            labels: data.labels.map { Int($0) }, predictions: predictions, classCount: 3)
        #expect(page.table("confusion") == confusion.counts.enumerated().map { ["\($0)"] + $1.map { "\($0)" } })
        let scores = confusion.scores + [confusion.macroAverage, confusion.weightedAverage]
        #expect(
            page.table("scores").map { Array($0.dropFirst()) }
                == scores.map { score in
                    [score.precision, score.recall, score.f1].map { String(format: "%.4f", $0) } + ["\(score.support)"]
                })
        #expect(
            page.table("epochs") == [
                ["1", "1.5000", "0.2500", "0.7500"], ["2", "0.7500", "0.5000", "0.7500"],
                ["3", "0.5000", "0.7500", "0.7500"],
            ])
        #expect(page.table("calibration").compactMap { Int($0[1]) }.reduce(0, +) == 90)
        #expect(page.table("settings") == [["Seed", "4"]])
        #expect(
            page.table("network") == [
                ["conv2d", "Conv2D", "4 × 3 × 4", "40"], ["dropout", "Dropout", "4 × 3 × 4", "0"],
                ["flatten", "Flatten", "48", "0"], ["dense", "Dense", "3", "147"],
            ])
        #expect(
            page.figures == [
                "loss", "accuracy", "confusion", "confusion-normalized", "scores", "calibration", "mistakes", "filters",
                "layer-00-input", "layer-01-conv2d", "layer-04-dense",
            ])
        // The first image's own probabilities.
        let first = try model.predict(data).scalars.prefix(3)
        for value in first { #expect(page.html.contains(String(format: ">%.2f %%<", 100 * value))) }
    }

    @Test func needsNothingFromOutside() throws {
        let html = try Page(try Report(model: network(), data: data(9))).html
        #expect(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:"))
        #expect(!html.contains("<script"))
        #expect(!html.contains("@import"))
        #expect(!html.contains("url("))
        for match in html.matches(of: /(?:href|src)="([^"]*)"/) {
            #expect(match.1.hasPrefix("#") || match.1.hasPrefix("data:"), "\(match.1)")
        }
    }

    @Test func namesCannotBreakOut() throws {
        let nasty = ["<script>alert(1)</script>", "\"><img src=x>", "</td></table>"]
        let model = try Sequential(inputShape: [6, 5, 1], name: "<b>bold</b>", seed: 1) {
            Conv2D(2, kernelSize: 3, name: "../<i>layer</i>")
            Flatten()
            Dense(3, activation: .softmax)
        }
        model.compile(loss: .categoricalCrossentropy)
        var data = try data(30, names: nasty)
        data.name = "<u>data</u>"
        let report = try Report(
            model: model, data: data, settings: [Report.Setting("<s>name</s>", "<s>value</s>")],
            epochs: [epoch(1, [("<em>loss</em>", 1)])])
        let html = try report.html()
        for tag in ["<script", "<b>", "<i>", "<u>", "<s>", "<em>", "<img"] { #expect(!html.contains(tag), "\(tag)") }
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.contains("<title>&lt;b&gt;bold&lt;/b&gt; on &lt;u&gt;data&lt;/u&gt;</title>"))
        for figure in report.figures().all {
            #expect(figure.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        }
    }

    @Test func withoutHistoryAndWithoutASingleImage() throws {
        let page = try Page(try Report(model: network(), data: data(9)))
        #expect(page.html.contains("No epoch was recorded."))
        #expect(page.html.contains("No settings were recorded."))
        #expect(!page.figures.contains("loss"))
        let empty = try Page(try Report(model: network(), data: data(9).prefix(0)))
        #expect(empty.text("image-count") == "0")
        #expect(empty.text("accuracy") == nil)
        #expect(empty.html.contains("There is no mistake."))
        #expect(empty.figures == ["confusion", "confusion-normalized", "scores", "filters"])
    }

    @Test func oneEpochAndOneThatDiverged() throws {
        let one = try Report(model: network(), data: data(9), epochs: [epoch(1, [("loss", 0.5)])])
        #expect(one.figures().curves.map(\.name) == ["loss"])
        let diverged = try Report(
            model: network(), data: data(9),
            epochs: [
                epoch(1, [("loss", 0.5), ("accuracy", .nan)]), epoch(2, [("loss", .infinity), ("accuracy", .nan)]),
            ])
        #expect(diverged.figures().curves.map(\.name) == ["loss"])
        _ = try diverged.html()
    }

    @Test(arguments: [1, 3])
    func dataOfOneClass(outputs: Int) throws {
        let page = try Page(try Report(model: network(outputs), data: data(20, classes: 1, names: ["only"])))
        #expect(page.table("confusion").first?.first == "only")
        #expect(page.table("scores").first?.last == "20")
        #expect(page.table("confusion").count == max(outputs, 2))
    }

    @Test func aThousandClassesAreListedNotDrawn() throws {
        let report = try Report(model: network(1000), data: data(20, classes: 20))
        let page = try Page(report)
        #expect(!page.figures.contains("confusion"))
        #expect(!page.figures.contains("scores"))
        #expect(page.table("scores").count == 1002)
    }

    @Test func networksThatBeginWithoutAConvolution() throws {
        let dense = try Sequential(inputShape: [30], seed: 1) {
            Dense(7, activation: .tanh)
            BatchNormalization()
            Dense(3)
        }
        dense.compile(loss: .meanSquaredError)
        let report = try Report(model: dense, data: data(30))
        // A weight a pixel is an image; outputs that are no probabilities have no calibration.
        #expect(report.filters().count == 1)
        #expect(report.calibration().isEmpty)
        #expect(try report.html().contains("so they say no probabilities"))
        #expect(report.activations().map(\.name).last == "layer-03-dense_1")

        let pooled = try Sequential(inputShape: [6, 5, 1], seed: 1) {
            MaxPooling2D()
            Flatten()
            Dense(3, activation: .softmax)
        }
        let none = try Report(model: pooled, data: data(30))
        #expect(none.filters().isEmpty)
        #expect(try none.html().contains("The weights of the first layer are no images."))
    }

    /// Colour images in channels-first order, and a network that was never compiled.
    @Test func imagesOfThreeChannelsFirst() throws {
        let model = try Sequential(inputShape: [3, 8, 6], seed: 1) {
            Conv2D(5, kernelSize: 3, dataFormat: .channelsFirst)
            Activation(.relu)
            GlobalAveragePooling2D(dataFormat: .channelsFirst)
            Dense(2, activation: .softmax)
        }
        let data = try Dataset(images: .uniform([4, 3, 8, 6], seed: 1), labels: [0, 1, 0, 1])
        let report = try Report(model: model, data: data)
        #expect(report.evaluation == nil)
        #expect(report.filters().count == 1)
        // Five channels of 6 x 4, before and after the activation.
        let first = try #require(report.activations().first { $0.name == "layer-01-conv2d" })
        let images = first.drawing.shapes.compactMap { shape in
            if case .image(let image, _, let note?) = shape, note.hasPrefix("Channel") { image } else { nil }
        }
        #expect(images.count == 5)
        #expect(images.allSatisfy { $0.width == 4 && $0.height == 6 })
    }

    @Test func replacesItsOwnFilesAndNoOthers() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)").path
        let files = FileManager.default
        try files.createDirectory(atPath: "\(folder)/pictures", withIntermediateDirectories: true)
        defer { try? files.removeItem(atPath: folder) }
        for name in ["layer-09-old.svg", "mine.svg", "notes.txt"] {
            try Data("x".utf8).write(to: URL(filePath: "\(folder)/pictures/\(name)"))
        }
        let report = try Report(model: network(), data: data(9))
        try report.write(to: folder)
        let names = report.figures().all.flatMap { ["\($0.name).png", "\($0.name).svg"] }
        #expect(
            try files.contentsOfDirectory(atPath: "\(folder)/pictures").sorted()
                == (names + ["mine.svg", "notes.txt"]).sorted())
        #expect(try String(contentsOfFile: "\(folder)/report.html", encoding: .utf8) == report.html())
        try Report.remove(from: folder)
        #expect(try files.contentsOfDirectory(atPath: "\(folder)/pictures").sorted() == ["mine.svg", "notes.txt"])
        #expect(!files.fileExists(atPath: "\(folder)/report.html"))

        // A file where the pictures' folder would be.
        try files.removeItem(atPath: "\(folder)/pictures")
        try Data().write(to: URL(filePath: "\(folder)/pictures"))
        #expect { try report.write(to: folder) } throws: { error in
            (error as? ConvNetError).map { [.cannotCreate, .inputOutput].contains($0.kind) } ?? false
        }
        #expect(!files.fileExists(atPath: "\(folder)/report.html"))
    }
}
