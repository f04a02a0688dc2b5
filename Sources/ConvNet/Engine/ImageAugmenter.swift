/// Changes the images of each batch on their way into the network, with memory for the largest batch.
///
/// The kernels' workers do it, just before the step that needs the batch. A thread of its own that ran ahead would have
/// no core to run on where all compute, and save nothing.
final class ImageAugmenter {
    private let augmentation: Augmentation
    private let shape: ImageShape
    private let seed: UInt64
    private let workspace: Arena

    /// - Parameters:
    ///   - inputs: What the images are picked from.
    ///   - batch: Images at once, at most.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` for settings outside of their limits, and for examples that are
    ///   not images.
    init(_ augmentation: Augmentation, _ inputs: InputData, batch: Int, seed: UInt64) throws {
        try augmentation.validate()
        guard (2...3).contains(inputs.shape.count) else {
            throw ConvNetError(
                .invalidArgument,
                "augmentation needs images of shape [height, width, channels], but the examples have \(inputs.shape)")
        }
        self.augmentation = augmentation
        shape = ImageShape(
            height: inputs.shape[0], width: inputs.shape[1],
            channels: inputs.shape.count == 3 ? inputs.shape[2] : 1)
        self.seed = seed
        workspace = Arena(count: Kernels.augmentWorkspace(augmentation, shape, count: batch))
    }

    /// Picks the examples of the given numbers, each changed as the epoch has it.
    func gather(
        _ inputs: InputData, _ indices: UnsafePointer<Int32>, count: Int, epoch: Int, into output: Floats
    ) {
        Kernels.expect(output, count * shape.height * shape.width * shape.channels, "batch, inputs")
        inputs.withElements { elements in
            Kernels.augment(
                augmentation, elements, shape, seed: seed, epoch: epoch, indices: indices, count: count,
                workspace: workspace.floats, into: output.base)
        }
    }
}
