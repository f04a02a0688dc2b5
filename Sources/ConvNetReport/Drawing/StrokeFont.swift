/// A small font of lines, for pictures without a text engine (PNG): outlines of ASCII and a few signs, and what can be
/// composed of them.
///
/// Twenty units are the font's size. Capitals are 14 high, small letters 10; the baseline is at 0, y points up.
enum StrokeFont {
    struct Glyph {
        let advance: Double
        let strokes: [[Point]]
    }

    private static let unitsPerEm = 20.0
    static let spacing = 3.0

    private static let glyphs: [Character: Glyph] = {
        var glyphs: [Character: Glyph] = [:]
        for (character, outline) in outlines { glyphs[character] = parse(outline) }
        return glyphs
    }()

    /// A character as its own outline has it, or nil where it has none.
    static func outlined(_ character: Character) -> Glyph? { glyphs[character] }

    static func glyph(of character: Character) -> Glyph { outlined(character) ?? composed(character) }

    /// The room that a text needs, in the unit of its size: in this font, and in the wider ones that browsers may use.
    static func width(of text: String, size: Double) -> Double {
        1.16 * ownWidth(of: text, size: size)
    }

    private static func ownWidth(of text: String, size: Double) -> Double {
        text.reduce(0) { $0 + glyph(of: $1).advance } * size / unitsPerEm
    }

    /// The text, cut and ended with an ellipsis where it is wider than there is room.
    static func fitted(_ text: String, size: Double, width: Double) -> String {
        guard self.width(of: text, size: size) > width else { return text }
        var kept = text
        while !kept.isEmpty, self.width(of: kept + "…", size: size) > width { kept.removeLast() }
        return kept + "…"
    }

    /// The lines that make up a label, where they belong in its picture.
    static func lines(of label: Label) -> [[Point]] {
        let unit = label.size / unitsPerEm
        let width = ownWidth(of: label.text, size: label.size) - spacing * unit
        var x =
            switch label.anchor {
            case .start: 0.0
            case .middle: -width / 2
            case .end: -width
            }
        var lines: [[Point]] = []
        for character in label.text {
            let glyph = glyph(of: character)
            for stroke in glyph.strokes {
                lines.append(
                    stroke.map { point in
                        let (along, up) = (x + point.x * unit, point.y * unit)
                        return label.isVertical
                            ? Point(label.place.x - up, label.place.y - along)
                            : Point(label.place.x + along, label.place.y - up)
                    })
            }
            x += glyph.advance * unit
        }
        return lines
    }

    /// Reads a glyph: its width, then strokes separated by semicolons. A point with a tilde is the control point of a
    /// quadratic curve between its neighbours; between two control points in a row lies a point of the curve.
    static func parse(_ outline: String) -> Glyph {
        let parts = outline.split(separator: "|")
        let width = parts.first.flatMap { Double($0) } ?? 0
        let strokes = (parts.last ?? "").split(separator: ";").map { stroke in
            var line: [Point] = []
            var control: Point?
            func curve(to end: Point) {
                guard let start = line.last, let middle = control else { return line.append(end) }
                for step in 1...curveSteps {
                    let t = Double(step) / Double(curveSteps)
                    let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
                    line.append(
                        Point(a * start.x + b * middle.x + c * end.x, a * start.y + b * middle.y + c * end.y))
                }
            }
            for word in stroke.split(separator: " ") {
                let numbers = word.drop { $0 == "~" }.split(separator: ",").compactMap { Double($0) }
                guard numbers.count == 2 else { continue }
                let point = Point(numbers[0], numbers[1])
                if word.first == "~" {
                    if let control { curve(to: Point((control.x + point.x) / 2, (control.y + point.y) / 2)) }
                    control = point
                } else {
                    curve(to: point)
                    control = nil
                }
            }
            return line
        }
        return Glyph(advance: width + spacing, strokes: strokes)
    }

    private static let curveSteps = 6
}
