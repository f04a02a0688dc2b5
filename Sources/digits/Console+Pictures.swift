import ConvNet
import ConvNetImages
import FoundationEssentials
import Glibc

extension Console {
    /// Pixels between two pictures.
    private static let gap = 2

    /// Writes pictures of one size side by side, as the reader of standard output can see them: as pictures where the
    /// terminal has them, as blocks in colour on other terminals, as characters in files, pipes and where NO_COLOR is set.
    ///
    /// - Parameters:
    ///   - pictures: Grey or RGB, all of one size and colour mode; they fill as many lines as they need.
    ///   - captions: What stands below each; none at all, or one a picture.
    /// - Throws: ``ConvNetError`` of kind `inputOutput` where standard output takes no more.
    static func show(_ pictures: [Picture], captions: [String] = []) throws {
        guard let first = pictures.first else { return }
        let style = TerminalPicture.Style(
            isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = columns(of: STDOUT_FILENO) ?? 80
        let cell = (first.width + gap) * style.columnsPerPixel
        let across = max((columns + gap * style.columnsPerPixel) / cell, 1)
        // Without words between them, all lines are one picture.
        let step = captions.isEmpty ? pictures.count : across
        for start in stride(from: 0, to: pictures.count, by: step) {
            let shown = start..<min(start + step, pictures.count)
            let grid = Picture.grid(Array(pictures[shown]), columns: across, gap: gap)
            try print(try TerminalPicture.text(grid, style: style, columns: columns))
            guard !captions.isEmpty else { continue }
            var line = ""
            for caption in captions[shown].map({ $0.prefix(cell - 1) }) {
                line += caption + String(repeating: " ", count: cell - caption.count)
            }
            while line.last == " " { line.removeLast() }
            try print("\(line)\n")
        }
    }
}
