import ConvNet

/// Small images in rows, with words below each.
struct ImageGrid: Sendable {
    /// One image.
    struct Cell: Sendable {
        var image: PixelImage
        var captions: [String] = []
        var note: String?
    }

    var title: String
    var summary: String
    var cells: [Cell]
    /// The longer side of an image, in CSS pixels, about.
    var side = 56.0
    /// Where colours stand for numbers: their range, shown as a bar.
    var scale: ColorScale?
    /// What the drawing is never wider than.
    var largestWidth = 720.0

    private static let captionSize = 11.5
    private static let lineHeight = 15.0

    func drawing() -> Drawing {
        let gap = cells.contains { !$0.captions.isEmpty } ? 12.0 : 5
        let frames = cells.map { size(of: $0.image) }
        let captionWidth = min(
            cells.flatMap(\.captions).map { StrokeFont.width(of: $0, size: Self.captionSize) }.max() ?? 0, 150)
        let cellWidth = max(frames.map(\.width).max() ?? 0, captionWidth)
        let imageHeight = frames.map(\.height).max() ?? 0
        let captionLines = cells.map(\.captions.count).max() ?? 0
        let cellHeight = imageHeight + Self.lineHeight * Double(captionLines) + (captionLines > 0 ? 4 : 0)
        let barWidth = scale == nil ? 0.0 : 86
        let room = largestWidth - 2 * Drawing.margin - barWidth + gap
        let columns = Self.columns(for: max(cells.count, 1), atMost: max(Int(room / (cellWidth + gap)), 1))
        let rows = (cells.count + columns - 1) / columns
        let (left, top) = (Drawing.margin, 40.0)
        let gridWidth = Double(columns) * (cellWidth + gap) - gap
        let gridHeight = Double(rows) * (cellHeight + gap) - gap
        var drawing = Drawing(
            width: max(left + gridWidth + barWidth + Drawing.margin, 2 * left + StrokeFont.width(of: title, size: 15)),
            height: top + max(gridHeight, scale == nil ? 0 : 70) + Drawing.margin, title: title, summary: summary)
        drawing.drawTitle()
        for (index, cell) in cells.enumerated() {
            let x = left + Double(index % columns) * (cellWidth + gap)
            let y = top + Double(index / columns) * (cellHeight + gap)
            let frame = frames[index]
            let box = Box(x + (cellWidth - frame.width) / 2, y, frame.width, frame.height)
            // Colours near the middle of this map are hardly seen on light ground.
            if scale?.map == .diverging {
                drawing.shapes.append(
                    .rectangle(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), Paint(.grid)))
            }
            drawing.shapes.append(.image(cell.image, box, note: cell.note))
            for (line, caption) in cell.captions.enumerated() {
                drawing.shapes.append(
                    .text(
                        Label(
                            text: StrokeFont.fitted(caption, size: Self.captionSize, width: cellWidth + gap - 4),
                            place: Point(
                                x + cellWidth / 2, y + imageHeight + Self.lineHeight * Double(line + 1)),
                            size: Self.captionSize, anchor: .middle, ink: line == 0 ? .text : .muted)))
            }
        }
        if let scale {
            draw(scale, at: Point(left + gridWidth + 18, top), height: max(min(gridHeight, 160), 70), in: &drawing)
        }
        return drawing
    }

    /// As many columns as there is room for, or somewhat fewer where the last row is full then.
    private static func columns(for count: Int, atMost most: Int) -> Int {
        guard count > most else { return count }
        return (most / 2 + 1...most).last { count.isMultiple(of: $0) } ?? most
    }

    /// A whole number of CSS pixels for each pixel, where images are small enough.
    private func size(of image: PixelImage) -> (width: Double, height: Double) {
        let longest = Double(max(image.width, image.height, 1))
        let factor = longest <= side ? (side / longest).rounded(.down) : side / longest
        return (factor * Double(image.width), factor * Double(image.height))
    }

    private func draw(_ scale: ColorScale, at place: Point, height: Double, in drawing: inout Drawing) {
        let steps = 64
        let bar = PixelImage(width: 1, height: steps) { row, _ in
            scale.map.color(1 - Double(row) / Double(steps - 1))
        }
        drawing.shapes.append(.image(bar, Box(place.x, place.y, 14, height)))
        let middle = (scale.low + scale.high) / 2
        for (value, y) in [
            (scale.high, place.y + 9), (middle, place.y + height / 2 + 4), (scale.low, place.y + height),
        ] {
            drawing.shapes.append(
                .text(
                    Label(
                        text: Self.text(value, within: scale.high - scale.low), place: Point(place.x + 20, y), size: 11,
                        ink: .muted)))
        }
    }

    /// Enough decimals to tell the ends of a range apart.
    private static func text(_ value: Double, within range: Double) -> String {
        NumberText.fixed(value, digits: range >= 100 ? 0 : range >= 10 ? 1 : range >= 0.1 ? 2 : 4)
    }
}
