import ConvNet

/// The probabilities that a network gives to the classes, as bars.
enum ProbabilityChart {
    private static let rowHeight = 24.0

    static func drawing(title: String, probabilities: [Double], classNames: [String]) -> Drawing {
        let names = classNames.map { StrokeFont.fitted($0, size: 12, width: 130) }
        let left = Drawing.margin + 10 + (names.map { StrokeFont.width(of: $0, size: 12) }.max() ?? 0)
        let room = 440 - left - 80
        let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
        let summary =
            classNames.isEmpty
            ? "" : "\(classNames[best]) has \(NumberText.fixed(100 * probabilities[best], digits: 1)) %."
        var drawing = Drawing(
            width: 440, height: 50 + rowHeight * Double(probabilities.count), title: title, summary: summary)
        drawing.drawTitle()
        for (row, probability) in probabilities.enumerated() {
            let y = 40 + rowHeight * Double(row)
            let text = "\(NumberText.fixed(100 * probability, digits: 2)) %"
            drawing.shapes.append(
                .text(
                    Label(
                        text: names[row], place: Point(left - 8, y + 15), anchor: .end, isBold: row == best)))
            let width = max(room * min(max(probability, 0), 1), 1)
            drawing.shapes.append(
                .rectangle(
                    Box(left, y + 3, width, rowHeight - 7), Paint(row == best ? .first : .muted),
                    note: "\(classNames[row]): \(text)"))
            drawing.shapes.append(.text(Label(text: text, place: Point(left + width + 8, y + 15))))
        }
        return drawing
    }
}
