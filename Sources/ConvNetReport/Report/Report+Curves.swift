import ConvNet

extension Report {
    /// Loss and accuracy by epoch; empty where no epoch was recorded.
    func curves() -> [Figure] {
        let loss = model.loss?.name ?? "loss"
        let unit = loss.hasSuffix("crossentropy") ? " (nats)" : ""
        let what = loss == "loss" ? "Loss" : "Loss: \(loss.split(separator: "_").joined(separator: " "))\(unit)"
        return [
            curve(
                "loss", title: "Loss by epoch", label: what, factor: 1, digits: 4, floor: [0],
                caption:
                    "Training is the mean over the epoch while the weights changed, with dropout; validation is measured "
                    + "after it."),
            curve(
                "accuracy", title: "Accuracy by epoch", label: "Accuracy (%)", factor: 100, digits: 2, floor: [],
                caption: "Where training keeps rising and validation does not, the network learns its images by heart."),
        ].compactMap(\.self)
    }

    /// - Parameter floor: What the axis includes besides the values.
    private func curve(
        _ name: String, title: String, label: String, factor: Double, digits: Int, floor: [Double],
        caption: String
    ) -> Figure? {
        let series = [(name, "Training"), ("val_\(name)", "Validation")].compactMap { key, called in
            let points = epochs.compactMap { epoch in
                epoch.logs[key].map { value in
                    (
                        x: Double(epoch.number), y: factor * value,
                        note: "Epoch \(epoch.number), \(called.lowercased()): "
                            + NumberText.fixed(factor * value, digits: digits)
                    )
                }
            }
            return points.isEmpty ? nil : LineChart.Series(name: called, points: points)
        }
        let values = series.flatMap { $0.points.map(\.y) }
        guard values.contains(where: \.isFinite) else { return nil }
        let limits = name == "accuracy" ? 0...100.0 : -Double.infinity ... .infinity
        let last = series.compactMap { line in
            line.points.last.map { "\(line.name.lowercased()) \(NumberText.fixed($0.y, digits: digits))" }
        }
        let drawing = LineChart.drawing(
            title: title, summary: "At the end: \(last.joined(separator: ", ")).",
            x: Axis("Epoch", fitting: epochs.map { Double($0.number) }, isWhole: true, tickCount: 8),
            y: Axis(label, fitting: values + floor, limits: limits), series: series)
        return Figure(
            name: name, drawing: drawing,
            caption: caption)
    }
}
