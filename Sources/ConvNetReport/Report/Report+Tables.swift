import ConvNet

/// The report's numbers as tables: for reading, for copying, and for those who do not see the pictures.
extension Report {
    func settingsTable() -> String {
        guard !settings.isEmpty else { return "<p>No settings were recorded.</p>" }
        return Self.table(
            "settings", caption: nil, head: ["Setting", "Value"], rows: settings.map { [$0.name, $0.value] },
            numbersFrom: 2)
    }

    func layerTable() -> String {
        var shapes = layerOutputs.map { $0.output.shape.dropFirst().map { "\($0)" }.joined(separator: " × ") }
        if shapes.isEmpty { shapes = model.layers.map { _ in "" } }
        let parameters = model.parameters
        let rows = zip(model.layers, shapes).map { layer, shape in
            let name = layer.name ?? ""
            let count = parameters.reduce(0) { $0 + ($1.name.hasPrefix("\(name)/") ? $1.count : 0) }
            return [name, type(of: layer).className, shape, NumberText.grouped(count)]
        }
        let input = model.inputShape.map { "\($0)" }.joined(separator: " × ")
        return "<p>Takes \(input) numbers an image. \(NumberText.grouped(model.parameterCount)) parameters, "
            + "\(NumberText.grouped(model.trainableParameterCount)) of them trained.</p>"
            + Self.table(
                "network", caption: nil, head: ["Layer", "Class", "Output", "Parameters"], rows: rows, numbersFrom: 2)
    }

    func epochTable() -> String {
        guard let first = epochs.first else { return "" }
        var names = first.logs.names
        for name in epochs.flatMap(\.logs.names) where !names.contains(name) { names.append(name) }
        let rows = epochs.map { epoch in
            ["\(epoch.number)"] + names.map { name in epoch.logs[name].map { NumberText.fixed($0, digits: 4) } ?? "" }
        }
        return Self.details(
            "Every epoch in numbers",
            Self.table("epochs", caption: nil, head: ["Epoch"] + names, rows: rows, numbersFrom: 1))
    }

    func confusionTable() -> String {
        let rows = zip(classNames, result.confusion.counts).map { name, counts in [name] + counts.map { "\($0)" } }
        return Self.details(
            "The counts as a table",
            Self.table(
                "confusion", caption: "Rows are true classes, columns predictions.", head: [""] + classNames,
                rows: rows, numbersFrom: 1))
    }

    func scoreTable() -> String {
        func row(_ name: String, _ score: ClassScore) -> [String] {
            [name] + [score.precision, score.recall, score.f1].map { NumberText.fixed($0, digits: 4) }
                + [NumberText.grouped(score.support)]
        }
        let confusion = result.confusion
        let rows =
            zip(classNames, confusion.scores).map { row($0, $1) } + [
                row("Macro average", confusion.macroAverage), row("Weighted average", confusion.weightedAverage),
            ]
        return Self.table(
            "scores",
            caption:
                "Precision: of the images taken for the class, the share that is of it. Recall: of the class's images, "
                + "the share that was recognised. F1: their harmonic mean.",
            head: ["Class", "Precision", "Recall", "F1", "Images"], rows: rows, numbersFrom: 1)
    }

    func calibrationTable() -> String {
        guard let curve = result.calibration else { return "" }
        let rows = curve.bins.map { bin in
            let isEmpty = bin.count == 0
            let borders = [bin.range.lowerBound, bin.range.upperBound].map { NumberText.fixed(100 * $0, digits: 0) }
            return [
                borders.joined(separator: "–") + " %", NumberText.grouped(bin.count),
                isEmpty ? "" : "\(Self.percent(bin.confidence)) %", isEmpty ? "" : "\(Self.percent(bin.accuracy)) %",
            ]
        }
        return Self.details(
            "Every bin in numbers",
            Self.table(
                "calibration", caption: "Maximum calibration error: \(Self.percent(curve.maximumError)) %.",
                head: ["Confidence", "Images", "Mean confidence", "Accuracy"], rows: rows, numbersFrom: 1))
    }

    private static func details(_ summary: String, _ content: String) -> String {
        "<details><summary>\(Markup.escape(summary))</summary>\n\(content)\n</details>"
    }

    /// - Parameters:
    ///   - id: The table's, before `-table`.
    ///   - caption: Above the table.
    ///   - head: Names of the columns.
    ///   - rows: The first entry of each names it.
    ///   - numbersFrom: The first column whose entries are aligned to the right.
    private static func table(
        _ id: String, caption: String?, head: [String], rows: [[String]], numbersFrom: Int
    ) -> String {
        func style(_ column: Int) -> String { column >= numbersFrom ? " class=\"number\"" : "" }
        let columns = head.enumerated().map { "<th scope=\"col\"\(style($0))>\(Markup.escape($1))</th>" }
        let lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == 0
                    ? "<th scope=\"row\"\(style(column))>\(Markup.escape(cell))</th>"
                    : "<td\(style(column))>\(Markup.escape(cell))</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <div class="scroll"><table id="\(id)-table">\(caption.map { "<caption>\(Markup.escape($0))</caption>" } ?? "")
            <thead><tr>\(columns.joined())</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div>
            """
    }
}
