/// A callback that keeps the state of training. It is asked when all callbacks have seen a step or an epoch, so that
/// their state is kept as it then is, whatever their order.
protocol CheckpointSaver: Callback {
    /// Keeps the state, if it is time for it.
    func saveIfDue(_ moment: CheckpointMoment, _ context: TrainingContext) throws
}

/// When the state of training is whole.
enum CheckpointMoment {
    /// After a step that is not the last of its epoch.
    case step
    /// After an epoch and its validation.
    case epoch
    /// After the last step or epoch, before callbacks change the weights for good.
    case end
}
