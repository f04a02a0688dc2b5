import ConvNet
import FoundationEssentials

/// Pictures as text that a terminal shows.
public enum TerminalPicture {
    /// What the reader of the text can show.
    public enum Style: Sendable, Hashable {
        /// Characters of increasing darkness, two a pixel, ASCII only; for files, pipes and terminals without colour.
        case ascii
        /// The same with Unicode's block shades.
        case shades
        /// Half blocks, two pixels a character, in the 256 colours of xterm.
        case halfBlocks256
        /// Half blocks in 24-bit colours.
        case halfBlocks
        /// A PNG by the graphics protocol of kitty, which Ghostty and Konsole know as well.
        case kitty
        /// A PNG by the inline images of iTerm2, which WezTerm knows as well.
        case iTerm2
    }

    /// Turns a picture into text that ends with a new line.
    ///
    /// - Parameters:
    ///   - picture: Grey or RGB; each pixel is about half a character high and one wide, or what the protocol makes of it.
    ///     `.ascii` and `.shades` draw bright pixels as ink, as MNIST has them.
    ///   - style: What the terminal can show.
    ///   - columns: The terminal's width in characters; a wider picture is reduced.
    /// - Throws: ``ConvNetError`` where memory does not suffice.
    public static func text(_ picture: Picture, style: Style, columns: Int = 80) throws(ConvNetError) -> String {
        let fitted = picture.reduced(toFitWidth: max(columns / style.columnsPerPixel, 1), height: .max)
        switch style {
        case .ascii: return shaded(fitted, with: Array(" .:-=+*#%@"))
        case .shades: return shaded(fitted, with: Array(" ░▒▓█"))
        case .halfBlocks256: return halfBlocks(fitted) { "5;\(xtermColor($0))" }
        case .halfBlocks: return halfBlocks(fitted) { "2;\($0.red);\($0.green);\($0.blue)" }
        case .kitty: return kitty(try pngText(picture), fitted)
        case .iTerm2: return iTerm2(try pngText(picture), fitted)
        }
    }

    private struct Color: Equatable {
        let red, green, blue: UInt8

        var luma: Int { (299 * Int(red) + 587 * Int(green) + 114 * Int(blue) + 500) / 1000 }
    }

    private static func color(_ picture: Picture, _ x: Int, _ y: Int) -> Color {
        let start = (y * picture.width + x) * picture.colorMode.channels
        let pixel = picture.pixels[start..<(start + picture.colorMode.channels)]
        let first = pixel[start]
        return picture.colorMode == .grayscale
            ? Color(red: first, green: first, blue: first)
            : Color(red: first, green: pixel[start + 1], blue: pixel[start + 2])
    }

    private static func shaded(_ picture: Picture, with ramp: [Character]) -> String {
        var text = ""
        for y in 0..<picture.height {
            var line = ""
            for x in 0..<picture.width {
                let shade = ramp[(color(picture, x, y).luma * (ramp.count - 1) + 127) / 255]
                line.append(shade)
                line.append(shade)
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }

    /// The upper half of each character is its foreground, the lower one its background.
    private static func halfBlocks(_ picture: Picture, code: (Color) -> String) -> String {
        var text = ""
        for y in stride(from: 0, to: picture.height, by: 2) {
            var last: (upper: Color, lower: Color?)?
            for x in 0..<picture.width {
                let upper = color(picture, x, y)
                let lower = y + 1 < picture.height ? color(picture, x, y + 1) : nil
                if last?.upper != upper || last?.lower != lower {
                    text += "\u{1B}[38;\(code(upper))\(lower.map { ";48;\(code($0))" } ?? "")m"
                    last = (upper, lower)
                }
                text += "▀"
            }
            text += "\u{1B}[0m\n"
        }
        return text
    }

    /// The nearest of xterm's colours: 24 greys from 232 on, black and white in the cube of 6 x 6 x 6 from 16 on.
    private static func xtermColor(_ color: Color) -> Int {
        if color.red == color.green, color.green == color.blue {
            let grey = Int(color.red)
            if grey < 4 { return 16 }
            if grey > 246 { return 231 }
            return 232 + min(max((grey - 3) / 10, 0), 23)
        }
        // The cube's levels are 0, 95, 135, 175, 215, 255.
        func level(_ value: UInt8) -> Int { value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40 }
        return 16 + 36 * level(color.red) + 6 * level(color.green) + level(color.blue)
    }

    /// A PNG in base 64, magnified where the terminal would smooth single pixels away.
    private static func pngText(_ picture: Picture) throws(ConvNetError) -> String {
        let magnified = picture.magnified(by: max(256 / max(picture.width, picture.height), 1))
        return Data(try magnified.pngBytes()).base64EncodedString()
    }

    private static func rows(_ picture: Picture) -> Int { (picture.height + 1) / 2 }

    /// https://sw.kovidgoyal.net/kitty/graphics-protocol: at most 4096 bytes an escape sequence, m=1 in all but the last.
    private static func kitty(_ base64: String, _ size: Picture) -> String {
        var text = ""
        var rest = Substring(base64)
        var settings = "a=T,f=100,q=2,c=\(size.width),r=\(rows(size)),"
        repeat {
            let chunk = rest.prefix(4096)
            rest = rest.dropFirst(4096)
            text += "\u{1B}_G\(settings)m=\(rest.isEmpty ? 0 : 1);\(chunk)\u{1B}\\"
            settings = ""
        } while !rest.isEmpty
        return text + "\n"
    }

    /// https://iterm2.com/documentation-images.html
    private static func iTerm2(_ base64: String, _ size: Picture) -> String {
        "\u{1B}]1337;File=inline=1;width=\(size.width);height=\(rows(size));preserveAspectRatio=1:\(base64)\u{07}\n"
    }
}

extension TerminalPicture.Style {
    /// How many characters wide a pixel is.
    public var columnsPerPixel: Int { self == .ascii || self == .shades ? 2 : 1 }

    /// What a terminal can show, as its environment tells.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether the text goes to a terminal at all.
    ///   - environment: The process's variables: NO_COLOR and a dumb TERM ask for text; kitty, Ghostty, iTerm2 and WezTerm
    ///     say who they are, but not through tmux or screen, which swallow pictures; COLORTERM promises 24 bits; LC_ALL,
    ///     LC_CTYPE or LANG may rule out UTF-8.
    public init(isTerminal: Bool, environment: [String: String]) {
        func value(_ name: String) -> String { environment[name] ?? "" }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? "UTF-8"
        let isUTF8 = ["utf-8", "utf8"].contains { locale.lowercased().hasSuffix($0) }
        let term = value("TERM")
        let hasColor = isTerminal && value("NO_COLOR").isEmpty && term != "dumb" && !term.isEmpty
        guard hasColor else {
            self = isUTF8 ? .shades : .ascii
            return
        }
        let isMultiplexed =
            !value("TMUX").isEmpty || !value("STY").isEmpty || term.hasPrefix("screen") || term.hasPrefix("tmux")
        let program = value("TERM_PROGRAM")
        if !isMultiplexed {
            if !value("KITTY_WINDOW_ID").isEmpty || ["xterm-kitty", "xterm-ghostty"].contains(term)
                || program == "ghostty"
            {
                self = .kitty
                return
            }
            if program == "iTerm.app" || program == "WezTerm" || value("LC_TERMINAL") == "iTerm2" {
                self = .iTerm2
                return
            }
        }
        guard isUTF8 else {
            self = .ascii
            return
        }
        self = ["truecolor", "24bit"].contains(value("COLORTERM")) ? .halfBlocks : .halfBlocks256
    }
}
