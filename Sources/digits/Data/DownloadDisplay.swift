import ConvNet
import Downloads

/// Shows on standard error how files come: a bar on a terminal, a line for each file.
final class DownloadDisplay {
    private let clock = ContinuousClock()
    private var began = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private var last: (name: String, mirror: String)?

    private static let barWidth = 20
    /// A redrawing costs time; more often than this nobody can see.
    private static let interval = Duration.milliseconds(100)

    func show(_ progress: DatasetDownload.Progress) {
        let file = progress.file
        let now = clock.now
        if last?.name != file.name || last?.mirror != progress.mirror {
            began = now
            lastDrawn = nil
            last = (file.name, progress.mirror)
        }
        let isComplete = progress.received == file.size
        if isComplete {
            Console.endProgress()
            return Console.tell("\(file.name)  \(Self.size(file.size)) from \(progress.mirror)\n")
        }
        guard lastDrawn.map({ now - $0 >= Self.interval }) ?? true else { return }
        lastDrawn = now
        let done = Self.barWidth * progress.received / max(file.size, 1)
        let bar = String(repeating: "━", count: done) + String(repeating: "─", count: Self.barWidth - done)
        let elapsed = (now - began) / .seconds(1)
        let left = elapsed * Double(file.size - progress.received) / Double(max(progress.received, 1))
        Console.progress(
            "\(bar)  \(Self.size(progress.received)) of \(Self.size(file.size))"
                + (elapsed > 1 ? "  \(NumberText.time(left)) left" : "") + "  \(file.name)")
    }

    /// A number of bytes for people: `9.9 MB`.
    static func size(_ bytes: Int) -> String {
        bytes < 1_000_000
            ? "\(NumberText.fixed(Double(bytes) / 1000, digits: 1)) kB"
            : "\(NumberText.fixed(Double(bytes) / 1_000_000, digits: 1)) MB"
    }
}
