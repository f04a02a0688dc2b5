/// Characters that the font has no outline of, so that names in other languages stay readable or at least different.
extension StrokeFont {
    /// Latin letters with their marks, a few ligatures letter by letter; for all else a box with the character's number in
    /// Unicode.
    static func composed(_ character: Character) -> Glyph {
        if let letters = ligatures[character] {
            return row(letters.map { glyph(of: $0) })
        }
        return marked(character) ?? numbered(character)
    }

    private static let ligatures: [Character: String] = [
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ﬁ": "fi", "ﬂ": "fl", "“": "\"", "”": "\"", "’": "'",
        "‘": "'",
    ]

    // MARK: - Letters with marks

    /// What marks look like, over the middle of a letter's top; those below it, over its baseline.
    private static let marks: [(name: String, isAbove: Bool, strokes: [[Point]])] = [
        ("DOUBLE ACUTE", true, "-2.2,1.6 -0.4,4.4;1,1.6 2.8,4.4"), ("ACUTE", true, "-1,1.6 1.6,4.4"),
        ("GRAVE", true, "1,1.6 -1.6,4.4"), ("CIRCUMFLEX", true, "-2.6,1.6 0,4.4 2.6,1.6"),
        ("CARON", true, "-2.6,4.4 0,1.6 2.6,4.4"), ("BREVE", true, "-2.4,4.4 ~0,0.4 2.4,4.4"),
        ("DIAERESIS", true, "-2,2.6 -2,2.8;2,2.6 2,2.8"), ("TILDE", true, "-3,2 ~-1.5,4.8 0,3 ~1.5,1.2 3,4"),
        ("MACRON", true, "-2.6,3 2.6,3"), ("DOT ABOVE", true, "0,2.6 0,2.8"),
        ("RING ABOVE", true, "0,4.8 ~-1.8,4.8 -1.8,3 ~-1.8,1.2 0,1.2 ~1.8,1.2 1.8,3 ~1.8,4.8 0,4.8"),
        ("CEDILLA", false, "0.4,-0.4 0,-1.6 ~2.4,-1.6 2.2,-2.9 ~2,-4.2 -0.8,-3.9"),
        ("OGONEK", false, "1.4,0 ~-1,-3.8 2.4,-3.6"), ("COMMA BELOW", false, "0.4,-1.4 -0.6,-3.8"),
        ("DOT BELOW", false, "0,-2.6 0,-2.8"), ("STROKE", false, "-4,3 4,8"),
    ].map { ($0.0, $0.1, parse("0|\($0.2)").strokes) }

    /// A letter of ASCII with what is above or below it; nil for other characters.
    private static func marked(_ character: Character) -> Glyph? {
        guard let first = character.unicodeScalars.first, let name = first.properties.name else { return nil }
        // Either a letter and combining marks, or one scalar whose name tells both.
        var letter = first
        var names = character.unicodeScalars.dropFirst().compactMap(\.properties.name)
        if !first.isASCII {
            guard let parts = name.wholeMatch(of: /LATIN (SMALL|CAPITAL) LETTER ([A-Z]) WITH (.+)/)?.output,
                let capital = parts.2.unicodeScalars.first
            else { return nil }
            letter = parts.1 == "SMALL" ? Unicode.Scalar(UInt8(capital.value) + 32) : capital
            names.append(String(parts.3))
        }
        guard let plain = outlined(Character(letter)) else { return nil }
        var strokes = plain.strokes
        let middle = (plain.advance - spacing) / 2
        for mark in marks where names.contains(where: { $0.contains(mark.name) }) {
            // The mark takes the place of the dot of an i.
            if mark.isAbove, letter == "i" || letter == "j" { strokes.removeAll { $0.allSatisfy { $0.y > 11 } } }
            let top = mark.isAbove ? strokes.joined().map(\.y).max() ?? 0 : 0
            strokes += mark.strokes.map { $0.map { Point($0.x + middle, $0.y + top) } }
            names = names.map { $0.replacing(mark.name, with: "") }
        }
        return Glyph(advance: plain.advance, strokes: strokes)
    }

    // MARK: - Numbers in boxes

    /// A box with the number of the character's first scalar, in hexadecimal digits.
    private static func numbered(_ character: Character) -> Glyph {
        let number = String(character.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
        let digits = row((String(repeating: "0", count: max(4 - number.count, 0)) + number).map { glyph(of: $0) })
        // Smaller than the text, but no less than what can be read.
        let scale = 0.65
        let width = scale * (digits.advance - spacing) + 6
        let frame = [Point(0, -1), Point(width, -1), Point(width, 15), Point(0, 15), Point(0, -1)]
        return Glyph(
            advance: width + spacing,
            strokes: [frame] + digits.strokes.map { $0.map { Point(3 + scale * $0.x, 2.5 + scale * $0.y) } })
    }

    private static func row(_ glyphs: [Glyph]) -> Glyph {
        var (advance, strokes): (Double, [[Point]]) = (0, [])
        for glyph in glyphs {
            strokes += glyph.strokes.map { $0.map { Point($0.x + advance, $0.y) } }
            advance += glyph.advance
        }
        return Glyph(advance: advance, strokes: strokes)
    }
}
