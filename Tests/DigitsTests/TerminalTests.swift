import Foundation
import Testing

/// Progress on a terminal of 60 columns.
@Suite struct TerminalTests {
    /// Trains with a terminal as standard error; returns the outcome and what the terminal was sent.
    private func trainOnTerminal(
        _ arguments: [String], environment: [String: String] = ["TERM": "xterm"]
    ) throws -> (outcome: Outcome, screen: String) {
        let workspace = try Workspace()
        let (main, side) = try openTerminal()
        defer { close(main) }
        var size = winsize(ws_row: 24, ws_col: 60, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(side, UInt(TIOCSWINSZ), &size) == 0)

        // Read while the command writes: a terminal holds only a few kilobytes.
        let reader = TerminalReader(main)
        let outcome = try RunningCommand(
            ["train", "--data", workspace.data, "--out", workspace.path("run"), "--batch-size", "4"] + arguments,
            environment: environment, errors: FileHandle(fileDescriptor: side)
        ).wait()
        close(side)
        return (outcome, reader.text())
    }

    @Test func drawsABarWithinTheWidth() throws {
        let (outcome, screen) = try trainOnTerminal(["--epochs", "3"])
        #expect(outcome.code == 0)
        #expect(screen.contains("Epoch 1/3\r\n"))
        #expect(screen.contains("Epoch 3/3\r\n"))
        #expect(screen.contains(" 75/75 ━━━━━━━━━━━━━━━━━━━━"))
        #expect(screen.contains("val_accuracy: "))
        for drawing in screen.components(separatedBy: "\r\u{1B}[K").dropFirst() where !drawing.contains("\n") {
            #expect(drawing.count < 60, "\(drawing)")
        }
        // Nothing is coloured, with or without NO_COLOR.
        #expect(!screen.contains(/\u{1B}\[[0-9;]*m/))
    }

    @Test func drawsNoBarWhereTheCursorCannotMove() throws {
        for (arguments, environment) in [(["--verbose", "2"], ["TERM": "xterm"]), ([], ["TERM": "dumb"])] {
            let (outcome, screen) = try trainOnTerminal(["--epochs", "1"] + arguments, environment: environment)
            #expect(outcome.code == 0)
            #expect(screen.contains("Epoch 1/1 - "))
            #expect(!screen.contains("\u{1B}"))
        }
    }

    /// The bar that an error cuts short keeps its line.
    @Test func saysWhatFailedOnALineOfItsOwn() throws {
        let (outcome, screen) = try trainOnTerminal(["--optimizer", "sgd", "--learning-rate", "1e30"])
        #expect(outcome.code == 75)
        #expect(screen.contains("\r\ndigits: the loss became"))
    }
}

/// Both sides of a new pseudo-terminal: that of the screen, and that of the program. What `openpty` does, which Swift's
/// import of the C library lacks; the numbers are Linux's TIOCSPTLCK and TIOCGPTN.
private func openTerminal() throws -> (main: Int32, side: Int32) {
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(main >= 0)
    var lock: Int32 = 0
    var number: Int32 = 0
    try #require(ioctl(main, 0x4004_5431, &lock) == 0 && ioctl(main, 0x8004_5430, &number) == 0)
    let side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(side >= 0)
    return (main, side)
}

/// Gathers what a terminal is sent until nobody holds its other side.
private final class TerminalReader: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var bytes: [UInt8] = []

    init(_ descriptor: Int32) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count <= 0 { break }
                bytes += buffer[..<count]
            }
            done.signal()
        }
    }

    func text() -> String {
        done.wait()
        return String(decoding: bytes, as: UTF8.self)
    }
}
