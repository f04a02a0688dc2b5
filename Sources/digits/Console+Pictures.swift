import ConvNet
import ConvNetImages
import FoundationEssentials
import Glibc

extension Console {
    /// Writes a picture as the reader of standard output can see it: a picture where the terminal has them, blocks in
    /// colour on other terminals, characters in files, pipes and where NO_COLOR is set.
    ///
    /// - Throws: ``ConvNetError`` of kind `inputOutput` where standard output takes no more.
    static func show(_ picture: Picture) throws {
        let style = TerminalPicture.Style(
            isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
        try print(try TerminalPicture.text(picture, style: style, columns: columns(of: STDOUT_FILENO) ?? 80))
    }
}
