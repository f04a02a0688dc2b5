/// Sets the learning rate before each epoch.
public final class LearningRateScheduler: Callback {
    private let schedule: (_ epoch: Int, _ rate: Float) -> Float

    /// - Parameter schedule: From the epoch, counted from 0, and the rate so far to the new rate.
    public init(_ schedule: @escaping (_ epoch: Int, _ rate: Float) -> Float) {
        self.schedule = schedule
    }

    /// Before an epoch, counted from 0.
    public func onEpochBegin(_ epoch: Int, _ context: TrainingContext) throws {
        context.learningRate = schedule(epoch, context.learningRate)
    }
}
