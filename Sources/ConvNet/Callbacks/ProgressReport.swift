/// Tells how training goes, in Keras's three ways. The library itself prints nothing: give it somewhere to write.
///
/// ```
/// Epoch 1/4
///  937/1875 ━━━━━━━━━━──────────  0.7 s left  0.74 ms/step  loss: 0.2534  accuracy: 0.9211
/// ```
public final class ProgressReport: Callback {
    /// How much is told.
    public enum Verbosity: Int, Sendable {
        /// Nothing.
        case silent = 0
        /// A bar that moves, with step count, time left, loss and metrics; without a terminal one line an epoch.
        case bar = 1
        /// One line an epoch.
        case line = 2
    }

    private let verbosity: Verbosity
    private let isTerminal: Bool
    private let write: (String) -> Void
    private let clock = ContinuousClock()
    private var epochStart = ContinuousClock.now
    private var lastDrawn = ContinuousClock.now
    private var steps = 0
    /// Steps of the epoch that were done before this process went on with it.
    private var firstStep = 0
    private var isInsideEpoch = false

    private static let barWidth = 20
    /// A redrawing costs time; more often than this nobody can see.
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - verbosity: How much is told.
    ///   - isTerminal: Whether the output moves its cursor at a carriage return.
    ///   - write: Takes text, line breaks included.
    public init(verbosity: Verbosity = .bar, isTerminal: Bool, write: @escaping (String) -> Void) {
        self.verbosity = verbosity
        self.isTerminal = isTerminal
        self.write = write
    }

    /// Before an epoch, counted from 0.
    public func onEpochBegin(_ epoch: Int, _ context: TrainingContext) throws {
        beginEpoch(epoch, context)
    }

    /// Goes on within an epoch.
    public func restore(_ state: CallbackState, _ context: TrainingContext) throws {
        if context.batch > 0 { beginEpoch(context.epoch, context) }
    }

    private func beginEpoch(_ epoch: Int, _ context: TrainingContext) {
        epochStart = clock.now
        lastDrawn = epochStart
        steps = context.batch
        firstStep = context.batch
        isInsideEpoch = true
        if verbosity == .bar, isTerminal { write("Epoch \(epoch + 1)/\(context.epochs)\n") }
    }

    /// After a step.
    public func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
        steps = batch + 1
        guard verbosity == .bar, isTerminal, clock.now - lastDrawn >= Self.interval else { return }
        lastDrawn = clock.now
        write("\r\u{1B}[K" + line(context, logs: context.logs, remaining: remaining(context)))
    }

    /// After an epoch and its validation.
    public func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
        isInsideEpoch = false
        let total = seconds(clock.now - epochStart)
        switch verbosity {
        case .silent:
            break
        case .bar where isTerminal:
            write("\r\u{1B}[K" + line(context, logs: logs, remaining: nil) + "\n")
        case .bar, .line:
            write(
                "Epoch \(epoch + 1)/\(context.epochs) - \(NumberText.time(total)) - \(Self.text(logs, separator: " - "))\n"
            )
        }
    }

    /// Cleans up.
    public func onTrainEnd(_ context: TrainingContext) throws {
        // An epoch that was cut short leaves its bar behind.
        if isInsideEpoch, verbosity == .bar, isTerminal { write("\n") }
    }

    private func line(_ context: TrainingContext, logs: Logs, remaining: Double?) -> String {
        let elapsed = seconds(clock.now - epochStart)
        var parts: [String] = []
        if let total = context.stepsPerEpoch {
            let count = "\(steps)/\(total)"
            let padding = String(repeating: " ", count: max(0, 2 * "\(total)".count + 1 - count.count))
            let done = Self.barWidth * steps / max(total, 1)
            parts.append(
                " \(padding)\(count) " + String(repeating: "━", count: done)
                    + String(repeating: "─", count: Self.barWidth - done))
        } else {
            parts.append(" step \(steps)")
        }
        parts.append(remaining.map { "\(NumberText.time($0)) left" } ?? NumberText.time(elapsed))
        parts.append("\(NumberText.fixed(1000 * elapsed / Double(max(steps - firstStep, 1)), digits: 2)) ms/step")
        return parts.joined(separator: "  ") + "  " + Self.text(logs, separator: "  ")
    }

    private func remaining(_ context: TrainingContext) -> Double? {
        guard let total = context.stepsPerEpoch, steps > firstStep else { return nil }
        return seconds(clock.now - epochStart) / Double(steps - firstStep) * Double(total - steps)
    }

    private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    private static func text(_ logs: Logs, separator: String) -> String {
        logs.map { "\($0.name): \(NumberText.fixed($0.value, digits: 4))" }.joined(separator: separator)
    }
}
