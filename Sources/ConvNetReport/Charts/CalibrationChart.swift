import ConvNet

/// Accuracy against confidence, and below it how many predictions each point stands for.
enum CalibrationChart {
    static func drawing(_ curve: CalibrationCurve) -> Drawing {
        let error = NumberText.fixed(100 * curve.expectedError, digits: 2)
        var drawing = Drawing(
            width: 480, height: 452, title: "Calibration: expected calibration error \(error) %",
            summary: "Accuracy of predictions by their confidence, in \(curve.bins.count) bins.")
        drawing.drawTitle()
        drawing.drawLegend([
            LegendEntry("Accuracy, ± its standard error", series: 0),
            LegendEntry("As right as sure", ink: .muted, isDashed: true),
        ])
        let percent = Axis("Confidence (%)", fitting: [0, 100])
        let area = PlotArea(box: Box(66, 62, 392, 220), x: percent, y: Axis("Accuracy (%)", fitting: [0, 100]))
        area.draw(in: &drawing, showsX: false)
        drawing.shapes.append(
            .line([area.point(0, 0), area.point(100, 100)], Paint(.muted), width: 1.5, isDashed: true))
        let filled = curve.bins.filter { $0.count > 0 }
        let places = filled.map { area.point(100 * $0.confidence, 100 * $0.accuracy) }
        if places.count > 1 { drawing.shapes.append(.line(places, Paint(.first), width: 2)) }
        for (bin, place) in zip(filled, places) {
            let deviation = 100 * (bin.accuracy * (1 - bin.accuracy) / Double(bin.count)).squareRoot()
            let ends = [-deviation, deviation].map { area.point(100 * bin.confidence, 100 * bin.accuracy + $0) }
            drawing.shapes.append(.line(ends, Paint(.first, opacity: 0.6), width: 2))
            drawing.shapes.append(
                .marker(.circle, place, radius: 4, Paint(.first), note: note(bin)))
        }
        drawCounts(curve, percent, in: &drawing)
        return drawing
    }

    /// Bars of how many predictions each bin has.
    private static func drawCounts(_ curve: CalibrationCurve, _ percent: Axis, in drawing: inout Drawing) {
        let total = Double(max(curve.bins.reduce(0) { $0 + $1.count }, 1))
        let area = PlotArea(
            box: Box(66, 312, 392, 84), x: percent, y: Axis("Images (%)", fitting: [0, 100], tickCount: 2))
        area.draw(in: &drawing)
        for bin in curve.bins where bin.count > 0 {
            let (low, high) = (area.point(100 * bin.range.lowerBound, 0), area.point(100 * bin.range.upperBound, 0))
            let top = area.point(0, 100 * Double(bin.count) / total).y
            let box = Box(low.x + 2, top, high.x - low.x - 4, low.y - top)
            drawing.shapes.append(.rectangle(box, Paint(.first, opacity: 0.55), note: note(bin)))
            let text = NumberText.grouped(bin.count)
            // The grid stays out of the number.
            let width = StrokeFont.width(of: text, size: 11)
            drawing.shapes.append(
                .rectangle(Box((low.x + high.x - width) / 2 - 1, top - 14, width, 12), Paint(.surface)))
            drawing.shapes.append(
                .text(
                    Label(
                        text: text, place: Point((low.x + high.x) / 2, top - 4), size: 11,
                        anchor: .middle)))
        }
    }

    private static func note(_ bin: CalibrationCurve.Bin) -> String {
        func percent(_ share: Double) -> String { "\(NumberText.fixed(100 * share, digits: 1)) %" }
        return
            "\(NumberText.grouped(bin.count)) images between \(NumberText.fixed(100 * bin.range.lowerBound, digits: 0))"
            + " and \(NumberText.fixed(100 * bin.range.upperBound, digits: 0)) % sure: mean confidence "
            + "\(percent(bin.confidence)), right \(percent(bin.accuracy))"
    }
}
