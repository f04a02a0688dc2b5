import ConvNet

/// Precision, recall and F1 of each class as points on a line a class.
enum ScoreChart {
    private static let rowHeight = 26.0

    static func drawing(_ scores: [ClassScore], classNames: [String]) -> Drawing {
        let names = classNames.map { StrokeFont.fitted($0, size: 12, width: 130) }
        let left = 38 + (names.map { StrokeFont.width(of: $0, size: 12) }.max() ?? 0)
        let figures: [(name: String, value: (ClassScore) -> Double)] = [
            ("Precision", \.precision), ("Recall", \.recall), ("F1", \.f1),
        ]
        let values = scores.flatMap { score in figures.map { 100 * $0.value(score) } }
        // A little room, so that no mark lies on the border.
        let lowest = values.min() ?? 0
        let x = Axis(
            "Share (%)", fitting: [lowest - 0.1, max(values.max() ?? 100, 100)], limits: 0...100, tickCount: 6)
        let box = Box(left, 62, 560 - left - 24, rowHeight * Double(max(scores.count, 1)))
        var drawing = Drawing(
            width: 560, height: box.bottom + 50, title: "Precision, recall and F1 of each class",
            summary: "The lowest is \(NumberText.fixed(lowest, digits: 1)) %.")
        drawing.drawTitle()
        drawing.drawLegend(figures.enumerated().map { LegendEntry($1.name, series: $0, hasLine: false) })
        for tick in x.ticks {
            let place = x.place(tick, from: box.x, to: box.right)
            drawing.shapes.append(.line([Point(place, box.y), Point(place, box.bottom)], Paint(.grid), width: 1))
            drawing.shapes.append(
                .text(
                    Label(text: x.text(tick), place: Point(place, box.bottom + 18), anchor: .middle, ink: .muted)))
        }
        drawing.shapes.append(
            .text(
                Label(
                    text: x.label, place: Point(box.x + box.width / 2, box.bottom + 37), anchor: .middle,
                    ink: .muted)))
        drawing.shapes.append(
            .text(
                Label(
                    text: "Class", place: Point(16, box.y + box.height / 2), anchor: .middle, ink: .muted,
                    isVertical: true)))
        for (row, score) in scores.enumerated() {
            let middle = box.y + (Double(row) + 0.5) * rowHeight
            let line = middle + rowHeight / 2
            drawing.shapes.append(
                .line([Point(box.x, line), Point(box.right, line)], Paint(.grid), width: 1))
            drawing.shapes.append(
                .text(Label(text: names[row], place: Point(box.x - 8, middle + 4), anchor: .end)))
            for (number, figure) in figures.enumerated() {
                let value = 100 * figure.value(score)
                let place = Point(
                    x.place(value, from: box.x, to: box.right), middle + 7 * Double(number - 1))
                drawing.shapes.append(
                    .marker(
                        .series(number), place, radius: 4, Paint(.series(number)),
                        note: "\(classNames[row]): \(figure.name) \(NumberText.fixed(value, digits: 2)) %"))
            }
        }
        return drawing
    }
}
