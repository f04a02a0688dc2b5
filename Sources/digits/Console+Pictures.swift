import ConvNet
import ConvNetImages
import FoundationEssentials
import Glibc

extension Console {
    /// Writes pictures of one size side by side, as the reader of standard output can see them: as pictures where the
    /// terminal has them, as blocks in colour on other terminals, as characters in files, pipes and where NO_COLOR is set.
    ///
    /// - Parameter pictures: Grey or RGB, all of one size and colour mode; they fill as many lines as they need.
    /// - Throws: ``ConvNetError`` of kind `inputOutput` where standard output takes no more.
    static func show(_ pictures: [Picture]) throws {
        guard let width = pictures.first?.width else { return }
        let style = TerminalPicture.Style(
            isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = columns(of: STDOUT_FILENO) ?? 80
        let gap = 2
        let across = max((columns / style.columnsPerPixel + gap) / (width + gap), 1)
        let grid = Picture.grid(pictures, columns: across, gap: gap)
        try print(try TerminalPicture.text(grid, style: style, columns: columns))
    }
}
