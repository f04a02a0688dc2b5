/// Where training is.
struct TrainingPosition: Sendable, Equatable, Codable {
    /// The epoch that runs or is next, counted from 0.
    var epoch = 0
    /// Steps done in that epoch.
    var batch = 0
}

/// How training picks its examples: what must be the same when it goes on.
struct ExampleUse: Sendable, Equatable, Codable {
    /// Examples an epoch; nil for a stream.
    var count: Int?
    /// Whether each epoch has an order of its own; nil for a stream, which has an order anyway.
    var shuffle: Bool?
    /// How images are changed at random, as ``Augmentation/description``, or `none`; nil for a stream, and in checkpoints
    /// that do not tell.
    var augmentation: String?
}

extension ExampleUse {
    /// The use of examples in memory.
    init(count: Int, shuffle: Bool, augmentation: Augmentation?) {
        self.init(count: count, shuffle: shuffle, augmentation: augmentation?.description ?? "none")
    }
}

/// Time spent on training. What a checkpoint counts already comes on top of what this process measures.
struct TrainingClock {
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant
    private var epochStart: ContinuousClock.Instant
    private var before = 0.0
    private var epochBefore = 0.0

    init() {
        start = clock.now
        epochStart = start
    }

    /// Seconds of the whole training.
    var total: Double { before + start.duration(to: clock.now) / .seconds(1) }
    /// Seconds of the epoch that runs.
    var epoch: Double { epochBefore + epochStart.duration(to: clock.now) / .seconds(1) }

    mutating func beginEpoch() {
        epochStart = clock.now
        epochBefore = 0
    }

    mutating func goOn(total: Double, epoch: Double) {
        start = clock.now
        epochStart = start
        before = total
        epochBefore = epoch
    }
}

/// What a checkpoint keeps besides the network and tensors: JSON in the file's metadata entry `convnet.checkpoint`.
struct TrainingState: Sendable, Codable {
    /// The sums of loss or of one metric over the steps of the epoch so far.
    struct Sum: Sendable, Codable {
        var sum: Double
        var count: Int
    }

    struct Epoch: Sendable, Codable {
        var epoch: Int
        var seconds: Double
        var names: [String]
        var values: [Double]
    }

    struct CallbackRecord: Sendable, Codable {
        var type: String
        var numbers: [String: Double]
        var texts: [String: String]
    }

    static let currentVersion = ModelDescription.Version(major: 1, minor: 0)

    var version = Self.currentVersion
    var position: TrainingPosition
    /// Examples a step.
    var batchSize: Int
    var stepsPerEpoch: Int?
    var examples: ExampleUse
    /// Steps that the optimizer has done, which also number the random masks.
    var step: Int
    var loss: Sum
    var batches: Int
    var metrics: [Sum]
    var history: [Epoch]
    var seconds: Double
    var epochSeconds: Double
    var callbacks: [CallbackRecord]

    private enum CodingKeys: String, CodingKey {
        case version, position, examples, step, loss, batches, metrics, history, seconds, callbacks
        case batchSize = "batch_size"
        case stepsPerEpoch = "steps_per_epoch"
        case epochSeconds = "epoch_seconds"
    }

    /// Whether all counts are counts, and lists that belong together are of one length.
    var isConsistent: Bool {
        let counts =
            [position.epoch, position.batch, step, batches, loss.count, batchSize - 1, (stepsPerEpoch ?? 1) - 1]
            + metrics.map(\.count) + history.map(\.epoch)
        return counts.allSatisfy { $0 >= 0 && $0 <= 1 << 53 }
            && history.allSatisfy { $0.names.count == $0.values.count }
            && position.batch <= stepsPerEpoch ?? .max
    }
}
