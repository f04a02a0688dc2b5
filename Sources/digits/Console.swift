import ConvNet
import Glibc
import Synchronization

/// Standard output, which holds results and nothing else, and standard error, which holds the rest.
enum Console {
    /// Whether the last thing written to standard error left its line unfinished, as a moving bar does.
    private static let isLineOpen = Atomic<Bool>(false)

    /// Whether standard error is a terminal whose cursor can be moved.
    static var isTerminal: Bool {
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Writes results.
    ///
    /// - Throws: ``ConvNetError`` of kind `inputOutput` where standard output takes no more.
    static func print(_ text: String) throws {
        let code = write(text, to: STDOUT_FILENO)
        guard code == 0 else { throw SystemError.writing("standard output", errno: code) }
    }

    /// Writes progress and remarks. Where nobody can read them, work goes on.
    ///
    /// A line that is drawn over the one before is cut at the terminal's width: one that wrapped could not be drawn over.
    static func tell(_ text: String) {
        var text = text
        if text.first == "\r", text.last != "\n", let columns = columns(of: STDERR_FILENO) {
            text = String(text.prefix(drawingOver.count + columns - 1))
        }
        if let last = text.last { isLineOpen.store(last != "\n", ordering: .relaxed) }
        _ = write(text, to: STDERR_FILENO)
    }

    /// Says what goes on, in a line that the next one is drawn over; where standard error is no terminal, nothing.
    static func progress(_ text: String) {
        if isTerminal { tell(drawingOver + text) }
    }

    /// Removes the line of ``progress(_:)``.
    static func endProgress() {
        if isTerminal { tell(drawingOver) }
        isLineOpen.store(false, ordering: .relaxed)
    }

    /// Writes one sentence on what went wrong, on a line of its own.
    static func complain(_ sentence: String) {
        if isLineOpen.load(ordering: .relaxed) { tell("\n") }
        tell("digits: \(sentence)\n")
    }

    /// What a line that is drawn over the one before begins with: to the line's start, clear the line.
    private static let drawingOver = "\r\u{1B}[K"

    /// The width of the terminal behind a descriptor, or nil where there is none.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return nil }
        return Int(size.ws_col)
    }

    /// Returns the operating system's error number, or 0.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        Array(text.utf8).withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
