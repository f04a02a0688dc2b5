/// How often training keeps its state. Each part counts for itself: whichever is reached first.
public struct CheckpointInterval: Sendable, Hashable {
    /// After every so many epochs.
    public let epochs: Int?
    /// After every so many steps since the last time.
    public let steps: Int?
    /// After the step that ends so many seconds since the last time.
    public let seconds: Double?

    /// - Parameters:
    ///   - epochs: After every so many epochs, at least 1.
    ///   - steps: After every so many steps, at least 1.
    ///   - seconds: After so many seconds.
    public init(epochs: Int? = nil, steps: Int? = nil, seconds: Double? = nil) {
        self.epochs = epochs.map { max($0, 1) }
        self.steps = steps.map { max($0, 1) }
        self.seconds = seconds
    }

    /// After every so many epochs.
    public static func epochs(_ count: Int) -> CheckpointInterval { CheckpointInterval(epochs: count) }
    /// After every so many steps.
    public static func steps(_ count: Int) -> CheckpointInterval { CheckpointInterval(steps: count) }
    /// After every so many seconds, at the end of a step.
    public static func seconds(_ count: Double) -> CheckpointInterval { CheckpointInterval(seconds: count) }
}
