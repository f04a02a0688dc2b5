import Testing

@testable import ConvNetReport

@Suite struct CanvasTests {
    /// How dark each pixel is, 0 white to 255, row by row.
    private func darkness(_ width: Int, _ height: Int, _ shapes: Shape..., scale: Double = 1) -> [[Int]] {
        var canvas = Canvas(width: width, height: height)
        for shape in shapes { canvas.draw(shape, scale: scale) }
        return (0..<height).map { row in (0..<width).map { 255 - Int(canvas.rgb[3 * (row * width + $0)]) } }
    }

    private let black = Int(255 - Ink.text.light.red)

    @Test func boxesCoverPixelsByTheirArea() {
        let drawn = darkness(4, 3, .rectangle(Box(0.5, 1, 2, 1), Paint(.text)))
        #expect(drawn[0] == [0, 0, 0, 0])
        #expect(drawn[1][1] == black)
        #expect(abs(drawn[1][0] - black / 2) <= 1)
        #expect(abs(drawn[1][2] - black / 2) <= 1)
        #expect(drawn[1][3] == 0)
        #expect(drawn[2] == [0, 0, 0, 0])
        let half = darkness(1, 1, .rectangle(Box(0, 0, 1, 1), Paint(.text, opacity: 0.5)))
        #expect(abs(half[0][0] - black / 2) <= 1)
    }

    @Test func linesAreAsWideAsSaidAndNoDarkerWhereTheyMeet() {
        let line = Shape.line([Point(2, 5), Point(8, 5), Point(2, 5)], Paint(.text, opacity: 0.5), width: 2)
        let drawn = darkness(10, 10, line)
        #expect(abs(drawn[4][5] - black / 2) <= 1)
        #expect(abs(drawn[5][5] - black / 2) <= 1)
        #expect(drawn[3][5] == 0)
        #expect(drawn[6][5] == 0)
        // The whole line's area is its length times its width, and the two round ends.
        let sum = drawn.joined().reduce(0, +)
        #expect(abs(Double(sum) / Double(black) * 2 - (12 + .pi)) < 0.3)
    }

    @Test func marksHaveTheirArea() {
        for marker in Marker.allCases {
            let drawn = darkness(20, 20, .marker(marker, Point(10.3, 9.8), radius: 5, Paint(.text)))
            let area = Double(drawn.joined().reduce(0, +)) / Double(black)
            let expected =
                switch marker {
                case .circle: 25 * Double.pi
                case .square: 100.0
                case .diamond: 2 * 6.25 * 6.25
                }
            #expect(abs(area - expected) < 2, "\(marker)")
        }
    }

    @Test func imagesKeepTheirPixels() {
        let image = PixelImage(width: 2, height: 1) { _, column in column == 0 ? RGB(0, 0, 0) : RGB(100, 100, 100) }
        let drawn = darkness(6, 4, .image(image, Box(1, 1, 2, 1)), scale: 2)
        #expect(
            drawn == [
                [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 255, 255, 155, 155], [0, 0, 255, 255, 155, 155],
            ])
    }

    @Test func whatLiesOutsideIsCut() {
        let shapes: [Shape] = [
            .rectangle(Box(-5, -5, 100, 100), Paint(.text)),
            .line([Point(-9, -9), Point(99, 99)], Paint(.text), width: 3),
            .marker(.circle, Point(-2, -2), radius: 5, Paint(.text)), .line([], Paint(.text), width: 1),
            .text(Label(text: "far away", place: Point(500, 500))),
            .image(PixelImage(width: 1, height: 1) { _, _ in RGB(0, 0, 0) }, Box(-50, 0, 10, 10)),
        ]
        for shape in shapes { _ = darkness(4, 4, shape) }
        #expect(darkness(2, 2, shapes[0]) == [[black, black], [black, black]])
    }

    private func lines(_ text: String) -> [[Point]] {
        StrokeFont.lines(of: Label(text: text, place: Point(0, 0)))
    }

    @Test func everyCharacterOfASCIIHasAGlyphOfItsOwn() {
        var seen: [[[Point]]] = []
        for code in UInt8(33)...126 {
            let character = Character(Unicode.Scalar(code))
            let lines = self.lines(String(character))
            #expect(!lines.isEmpty && lines.allSatisfy { $0.count > 1 }, "\(character)")
            #expect(!seen.contains(lines), "\(character)")
            seen.append(lines)
        }
        // Others are told apart as well: letters with marks, and boxes with numbers.
        for text in ["é", "è", "ê", "e\u{30c}", "É", "å", "ç", "ø", "ñ", "ö", "í", "ß", "数", "九", "Я", "😀", "\u{0}"] {
            let lines = self.lines(text)
            #expect(!lines.isEmpty && lines.allSatisfy { $0.count > 1 }, "\(text)")
            #expect(!seen.contains(lines), "\(text)")
            seen.append(lines)
        }
    }

    @Test func lettersKeepTheirShapeUnderMarks() {
        for (text, letter) in [("é", "e"), ("e\u{301}", "e"), ("Å", "A"), ("ç", "c"), ("ǖ", "u")] {
            #expect(lines(text).starts(with: lines(letter)) && lines(text).count > lines(letter).count, "\(text)")
        }
        #expect(lines("é") == lines("e\u{301}") && lines("ß").count == lines("ss").count)
        // A mark stands in the place of the dot, not above it.
        func top(_ text: String) -> Double { lines(text).joined().map { -$0.y }.max() ?? 0 }
        #expect(lines("í").count == lines("i").count && top("í") < top("Í"))
        // The box holds the number: 6570 has its digits' strokes and the frame.
        #expect(lines("数").count == 1 + ["6", "5", "7", "0"].map { lines($0).count }.reduce(0, +))
    }

    @Test func textStandsWhereItsAnchorSays() {
        func extent(_ anchor: Label.Anchor) -> (left: Double, right: Double) {
            let points = StrokeFont.lines(of: Label(text: "HHH", place: Point(100, 50), anchor: anchor)).joined()
            return (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        }
        #expect(abs(extent(.start).left - 100) < 0.01)
        #expect(abs(extent(.end).right - 100) < 0.01)
        #expect(abs(extent(.middle).left + extent(.middle).right - 200) < 0.02)
        let upward = StrokeFont.lines(of: Label(text: "HHH", place: Point(100, 50), isVertical: true)).joined()
        #expect(upward.allSatisfy { $0.x <= 100.01 && $0.y <= 50.01 })
    }

    @Test func longTextIsCut() {
        #expect(StrokeFont.fitted("short", size: 12, width: 100) == "short")
        let cut = StrokeFont.fitted("a very long name of a class", size: 12, width: 60)
        #expect(cut.hasSuffix("…"))
        #expect(StrokeFont.width(of: cut, size: 12) <= 60)
        #expect("a very long name of a class".hasPrefix(cut.dropLast()))
    }
}
