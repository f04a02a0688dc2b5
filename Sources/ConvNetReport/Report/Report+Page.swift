import ConvNet

extension Report {
    /// The report as one HTML page that needs nothing else: no script, no request, and a policy that would refuse both.
    ///
    /// - Throws: ``ConvNetError`` where a picture cannot be encoded.
    public func html() throws -> String {
        try page(of: figures())
    }

    /// The figures by the section of the page that they stand in.
    struct Figures {
        var curves: [Figure]
        var confusions: [Figure]
        var scores: [Figure]
        var calibration: [Figure]
        var mistakes: [Figure]
        var filters: [Figure]
        var activations: [Figure]

        /// All of them in the page's order.
        var all: [Figure] { curves + confusions + scores + calibration + mistakes + filters + activations }
    }

    func figures() -> Figures {
        Figures(
            curves: curves(), confusions: confusions(), scores: scores(), calibration: calibration(),
            mistakes: mistakes(), filters: filters(), activations: activations())
    }

    func page(of figures: Figures) throws -> String {
        let title = Markup.escape("\(model.name) on \(data.name.isEmpty ? "test images" : data.name)")
        var sections: [(id: String, title: String, content: String)] = [
            ("training", "Training", try Self.html(figures.curves, else: "No epoch was recorded.") + epochTable()),
            ("confusion", "What is taken for what", try confusionContent(figures.confusions)),
            (
                "scores", "Each class",
                "<div class=\"side\">\n"
                    + (try Self.html(
                        figures.scores, else: "There are too many classes for a picture; the table has the numbers."))
                    + scoreTable() + "\n</div>"
            ),
            (
                "calibration", "Calibration",
                try Self.html(
                    figures.calibration,
                    else: "The network's outputs are not all between 0 and 1, so they say no probabilities.")
                    + calibrationTable()
            ),
            ("mistakes", "The surest mistakes", try Self.html(figures.mistakes, else: mistakeRemark)),
            (
                "filters", "The first layer",
                try Self.html(figures.filters, else: "The weights of the first layer are no images.")
            ),
            (
                "layers", "What every layer shows",
                try "<p>For the first image. Layers that only hand on what they get, such as dropout and flatten, "
                    + "are left out.</p>" + Self.html(figures.activations, else: "There is no image.")
            ),
        ]
        sections.append(("settings", "Settings", settingsTable()))
        sections.append(("network", "Network", layerTable()))
        let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }.joined(separator: "\n")
        let body = sections.map { section in
            "<section id=\"\(section.id)\" aria-labelledby=\"\(section.id)-title\">\n"
                + "<h2 id=\"\(section.id)-title\">\(section.title)</h2>\n\(section.content)\n</section>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Stylesheet.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>\(title)</title>
            <style>\(Stylesheet.page)\(Ink.stylesheet)</style>
            </head>
            <body>
            <header>
            <h1>\(title)</h1>
            \(figuresAtAGlance())
            <nav aria-label="Sections">
            \(links)
            </nav>
            </header>
            <main>
            \(body.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    /// The numbers that matter most, large.
    private func figuresAtAGlance() -> String {
        var facts: [(id: String, name: String, value: String)] = []
        if data.count > 0 {
            facts.append(
                (
                    "accuracy", "Accuracy, ± standard error",
                    "\(Self.percent(accuracy)) ± \(NumberText.fixed(100 * accuracyStandardError, digits: 2)) %"
                ))
        }
        if let evaluation {
            facts.append(("loss", "Loss", NumberText.fixed(evaluation.loss, digits: 4)))
        }
        if classNames.count > 5, data.count > 0 {
            facts.append(("top-3-accuracy", "Top-3 accuracy", "\(Self.percent(result.topKAccuracy(3))) %"))
        }
        if let calibration = result.calibration {
            facts.append(
                ("calibration-error", "Expected calibration error", "\(Self.percent(calibration.expectedError)) %"))
        }
        facts.append(("image-count", "Images tested", NumberText.grouped(data.count)))
        facts.append(("mistake-count", "Mistakes", NumberText.grouped(result.mistakes.count)))
        facts.append(("parameter-count", "Parameters", NumberText.grouped(model.parameterCount)))
        let items = facts.map { fact in
            "<div><dt>\(fact.name)</dt><dd id=\"\(fact.id)\">\(fact.value)</dd></div>"
        }
        return "<dl class=\"facts\">\n\(items.joined(separator: "\n"))\n</dl>"
    }

    private var mistakeRemark: String {
        result.mistakes.isEmpty ? "There is no mistake." : "The data holds no images that could be shown."
    }

    private func confusionContent(_ figures: [Figure]) throws -> String {
        guard classNames.count <= ConfusionChart.largestClassCount else {
            return "<p>There are too many classes for a picture or a table.</p>"
        }
        return try Self.html(figures, else: "") + confusionTable()
    }

    /// Figures side by side where there is room; a sentence where there are none.
    private static func html(_ figures: [Figure], else remark: String) throws -> String {
        guard !figures.isEmpty else { return remark.isEmpty ? "" : "<p>\(Markup.escape(remark))</p>" }
        let items = try figures.map { figure in
            """
            <figure id="figure-\(figure.name)">
            \(try figure.drawing.inlineSVG())
            <figcaption>\(Markup.escape(figure.caption))</figcaption>
            </figure>
            """
        }
        return "<div class=\"figures\">\n\(items.joined(separator: "\n"))\n</div>"
    }

    /// A share as percent with two decimals, without the sign.
    static func percent(_ share: Double) -> String { NumberText.fixed(100 * share, digits: 2) }
}
