import ConvNet
import Foundation
import Testing

@testable import ConvNetImages

@Suite struct TerminalPictureTests {
    private let checks = Picture(width: 3, height: 3, pixels: [0, 255, 128, 255, 0, 255, 64, 0, 0])

    private func style(_ environment: [String: String], isTerminal: Bool = true) -> TerminalPicture.Style {
        TerminalPicture.Style(
            isTerminal: isTerminal, environment: ["TERM": "xterm-256color"].merging(environment) { $1 })
    }

    @Test func knowsTheTerminal() {
        #expect(style([:]) == .halfBlocks256)
        #expect(style(["COLORTERM": "truecolor"]) == .halfBlocks)
        #expect(style(["COLORTERM": "truecolor"], isTerminal: false) == .shades)
        #expect(style(["COLORTERM": "truecolor", "NO_COLOR": "1"]) == .shades)
        #expect(style(["COLORTERM": "truecolor", "NO_COLOR": ""]) == .halfBlocks)
        #expect(style(["TERM": "dumb"]) == .shades)
        #expect(style(["LANG": "C"]) == .ascii)
        #expect(style(["LANG": "de_DE.UTF-8"]) == .halfBlocks256)
        #expect(style(["LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.ISO-8859-1"]) == .ascii)
        #expect(style(["TERM": "xterm-kitty"]) == .kitty)
        #expect(style(["TERM": "xterm-kitty", "NO_COLOR": "1"]) == .shades)
        #expect(style(["KITTY_WINDOW_ID": "1"], isTerminal: false) == .shades)
        #expect(style(["KITTY_WINDOW_ID": "1", "TMUX": "/tmp/tmux"]) == .halfBlocks256)
        #expect(style(["TERM_PROGRAM": "iTerm.app"]) == .iTerm2)
        #expect(style(["TERM_PROGRAM": "WezTerm"]) == .iTerm2)
    }

    @Test func drawsCharacters() throws {
        #expect(try TerminalPicture.text(checks, style: .ascii) == "  @@++\n@@  @@\n::\n")
        #expect(try TerminalPicture.text(checks, style: .shades) == "  ██▒▒\n██  ██\n░░\n")
    }

    @Test func drawsHalfBlocks() throws {
        let escape = "\u{1B}["
        let text = try TerminalPicture.text(
            Picture(width: 2, height: 3, pixels: [0, 0, 255, 255, 128, 64]), style: .halfBlocks)
        #expect(
            text == "\(escape)38;2;0;0;0;48;2;255;255;255m▀▀\(escape)0m\n"
                + "\(escape)38;2;128;128;128m▀\(escape)38;2;64;64;64m▀\(escape)0m\n")
        let color = Picture(width: 1, height: 2, colorMode: .rgb, pixels: [255, 0, 0, 8, 8, 8])
        #expect(try TerminalPicture.text(color, style: .halfBlocks256) == "\(escape)38;5;196;48;5;232m▀\(escape)0m\n")
    }

    @Test(arguments: [TerminalPicture.Style.kitty, .iTerm2])
    func sendsPictures(_ style: TerminalPicture.Style) throws {
        // Noise, so that the PNG does not fit into one chunk.
        var noise = Noise(seed: 3)
        let picture = Picture(
            width: 100, height: 80, pixels: (0..<8000).map { _ in UInt8.random(in: 0...255, using: &noise) })
        let text = try TerminalPicture.text(picture, style: style, columns: 50)
        let base64: String
        if style == .kitty {
            let chunks = text.matches(of: /\e_G([^;]*);([^\e]*)\e\\/)
            #expect(chunks.count > 1 && chunks.allSatisfy { $0.2.count <= 4096 })
            #expect(chunks.first?.1 == "a=T,f=100,q=2,c=50,r=20,m=1")
            #expect(chunks.dropFirst().dropLast().allSatisfy { $0.1 == "m=1" } && chunks.last?.1 == "m=0")
            base64 = chunks.map { String($0.2) }.joined()
        } else {
            let match = try #require(text.firstMatch(of: /\e\]1337;File=([^:]*):([^\u{07}]*)\u{07}\n/))
            #expect(match.1 == "inline=1;width=50;height=20;preserveAspectRatio=1")
            base64 = String(match.2)
        }
        let png = Array(try #require(Data(base64Encoded: base64)))
        #expect(try Picture.decode(png, path: "p") == picture.magnified(by: 2))
    }

    @Test func reducesToTheTerminalsWidth() throws {
        let wide = Picture(width: 200, height: 10, pixels: [UInt8](repeating: 255, count: 2000))
        for style in [TerminalPicture.Style.ascii, .shades, .halfBlocks] {
            let line = try TerminalPicture.text(wide, style: style, columns: 40).split(separator: "\n")[0]
            #expect(line.filter { "@█▀".contains($0) }.count == 40)
        }
    }
}
