import ConvNet

/// A confusion matrix as a table of coloured cells: what is right in one colour, mistakes in another.
enum ConfusionChart {
    /// With more classes the cells would be too small to be told apart.
    static let largestClassCount = 50

    /// - Parameters:
    ///   - confusion: What to show.
    ///   - classNames: A name for each class.
    ///   - isNormalized: Whether cells hold shares of their row in percent, or counts.
    static func drawing(_ confusion: ConfusionMatrix, classNames: [String], isNormalized: Bool) -> Drawing {
        let count = max(confusion.classCount, 1)
        let cell = min(max(460 / Double(count), 9), 46)
        let names = classNames.map { StrokeFont.fitted($0, size: 12, width: 110) }
        let widest = names.map { StrokeFont.width(of: $0, size: 12) }.max() ?? 0
        let namesRunUp = widest > cell - 6
        let (left, top) = (44 + widest, 62.0)
        let grid = cell * Double(count)
        let below = namesRunUp ? widest + 12 : 20
        let title = isNormalized ? "Confusion, % of each true class" : "Confusion, number of images"
        var drawing = Drawing(
            width: max(left + grid + Drawing.margin, 300), height: top - 22 + grid + below + 36, title: title,
            summary: "Rows are true classes, columns predictions. \(confusion.correct) of \(confusion.total) are right."
        )
        drawing.drawTitle()
        let box = Box(left, top - 22, grid, grid)
        let shares = confusion.normalizedByRow
        let largestMistake =
            shares.enumerated()
            .flatMap { row, line in line.enumerated().filter { $0.offset != row }.map(\.element) }.max() ?? 0
        for row in 0..<confusion.classCount {
            for column in 0..<confusion.classCount {
                let place = Box(
                    box.x + Double(column) * cell + 0.5, box.y + Double(row) * cell + 0.5, cell - 1, cell - 1)
                let (number, share) = (confusion.counts[row][column], shares[row][column])
                let strength = row == column ? share : largestMistake > 0 ? 0.85 * share / largestMistake : 0
                let opacity = number == 0 ? 0 : 0.12 + 0.88 * strength
                let ink = row == column ? Ink.first : .second
                drawing.shapes.append(.rectangle(place, Paint(.grid, opacity: 0.35)))
                let note =
                    "\(classNames[row]) taken for \(classNames[column]): \(NumberText.grouped(number)), "
                    + "\(NumberText.fixed(100 * share, digits: 1)) % of \(classNames[row])"
                drawing.shapes.append(
                    .rectangle(place, Paint(ink, opacity: opacity), note: note))
                let text =
                    isNormalized ? NumberText.fixed(100 * share, digits: share < 0.9995 ? 1 : 0) : "\(number)"
                guard number > 0, StrokeFont.width(of: text, size: 12) < cell else { continue }
                drawing.shapes.append(
                    .text(
                        Label(
                            text: text, place: Point(place.x + place.width / 2, place.y + place.height / 2 + 4),
                            anchor: .middle, ink: opacity > 0.8 ? .onFill : .text)))
            }
        }
        draw(names, around: box, cell: cell, namesRunUp: namesRunUp, in: &drawing)
        return drawing
    }

    private static func draw(
        _ names: [String], around box: Box, cell: Double, namesRunUp: Bool, in drawing: inout Drawing
    ) {
        // Where cells are narrower than a line of text, only some names fit.
        let step = max(1, Int((13 / cell).rounded(.up)))
        for (index, name) in names.enumerated() where index.isMultiple(of: step) {
            let middle = (Double(index) + 0.5) * cell
            drawing.shapes.append(
                .text(Label(text: name, place: Point(box.x - 8, box.y + middle + 4), anchor: .end)))
            drawing.shapes.append(
                .text(
                    namesRunUp
                        ? Label(
                            text: name, place: Point(box.x + middle + 4, box.bottom + 8), anchor: .end,
                            isVertical: true)
                        : Label(text: name, place: Point(box.x + middle, box.bottom + 17), anchor: .middle)))
        }
        drawing.shapes.append(
            .text(
                Label(
                    text: "True class", place: Point(18, box.y + box.height / 2), anchor: .middle, ink: .muted,
                    isVertical: true)))
        drawing.shapes.append(
            .text(
                Label(
                    text: "Predicted class", place: Point(box.x + box.width / 2, drawing.height - 12),
                    anchor: .middle, ink: .muted)))
    }
}
