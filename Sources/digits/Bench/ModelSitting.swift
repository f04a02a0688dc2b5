import ConvNet

/// Everything that is measured of one network.
struct ModelSitting {
    /// What `--json` prints of a network.
    struct Result: Encodable {
        let name: String
        let parameters: Int
        let training: Training
        let prediction: Prediction
        /// Nil where the system does not tell.
        let peakMemoryBytes: JSONNumber
        let growth: Growth
    }

    struct Training: Encodable {
        let batchSize: Int
        let images: Int
        /// The faster of two epochs.
        let epochSeconds: Double
        let imagesPerSecond: Double
        let stepMilliseconds: Percentiles
    }

    struct Prediction: Encodable {
        /// One image a call, another one each time.
        let oneImageMicroseconds: Percentiles
        let images: Int
        let batchSize: Int
        /// Seconds for all images: the median and the best of several passes.
        let medianSeconds: Double
        let bestSeconds: Double
        let imagesPerSecond: Double
    }

    struct Percentiles: Encodable {
        let count: Int
        let best: Double
        let median: Double
        let p95: Double
        let p99: Double

        /// - Parameter scale: What a second is, in the unit that is printed.
        init(_ timings: Timings, scale: Double) {
            count = timings.count
            best = timings.best * scale
            median = timings.median * scale
            p95 = timings.percentile(95) * scale
            p99 = timings.percentile(99) * scale
        }
    }

    /// How a training step's time changes with one thing, all else being the network's own.
    struct Growth: Encodable {
        let batch: [Point]
        let width: [Point]
        let threads: [Point]
    }

    struct Point: Encodable {
        /// The batch size, the factor of all hidden widths, or the number of threads.
        let at: Double
        let parameters: Int
        let stepMilliseconds: Double
        let imagesPerSecond: Double
    }

    let network: BuiltinNetwork
    let images: BenchImages
    let threads: Int

    private static let predictedBatch = 200
    private static let batchSizes = [8, 32, 128, 512]
    private static let widths = [0.5, 1, 2]
    /// Steps that tell a step's time, after two that are not counted.
    private static let growthSteps = 12
    private static let uncountedSteps = 2

    /// - Parameter tell: Hears what is measured next.
    func run(tell: (String) -> Void) throws -> Result {
        let countsMemory = PeakMemory.reset()
        let model = try network.model()
        let data = try images.train.reshaped(to: network.inputShape)
        tell("training")
        let training = try train(model, data)
        tell("prediction")
        let prediction = predict(model, try images.test.reshaped(to: network.inputShape))
        let peak = countsMemory ? PeakMemory.bytes : nil
        tell("growth")
        return Result(
            name: network.name, parameters: model.parameterCount, training: training, prediction: prediction,
            peakMemoryBytes: JSONNumber(peak.map { Double($0) }), growth: try growth(data))
    }

    private func train(_ model: Sequential, _ data: Dataset) throws -> Training {
        let clock = StepClock()
        let history = try model.fit(data, epochs: 2, batchSize: network.batchSize, callbacks: [clock])
        let seconds = history.epochs.map(\.seconds).min() ?? .nan
        return Training(
            batchSize: network.batchSize, images: data.count, epochSeconds: seconds,
            imagesPerSecond: Double(data.count) / seconds,
            stepMilliseconds: Percentiles(Timings(clock.seconds), scale: 1e3))
    }

    private func predict(_ model: Sequential, _ data: Dataset) -> Prediction {
        let predictor = model.predictor()
        let images = (0..<data.count).map { data.image($0).reshaped(to: [1] + network.inputShape) }
        var next = 0
        let single = Stopwatch.timeEach(seconds: 0.5) {
            _ = predictor.predict(images[next], batchSize: 1)
            next = (next + 1) % images.count
        }
        let batches = stride(from: 0, to: images.count, by: Self.predictedBatch).map { start in
            let batch = images[start..<min(start + Self.predictedBatch, images.count)]
            return Tensor(shape: [batch.count] + network.inputShape, scalars: batch.flatMap(\.scalars))
        }
        let all = Stopwatch.time(seconds: 1) {
            for batch in batches { _ = predictor.predict(batch, batchSize: Self.predictedBatch) }
        }
        return Prediction(
            oneImageMicroseconds: Percentiles(single, scale: 1e6), images: images.count, batchSize: Self.predictedBatch,
            medianSeconds: all.median, bestSeconds: all.best, imagesPerSecond: Double(images.count) / all.median)
    }

    private func growth(_ data: Dataset) throws -> Growth {
        defer { ConvNetRuntime.threadCount = threads }
        var counts: [Int] = []
        for count in sequence(first: 1, next: { $0 * 2 }).prefix(while: { $0 < threads }) { counts.append(count) }
        return Growth(
            batch: try Self.batchSizes.filter { $0 <= data.count }.map { size in
                try point(at: Double(size), network.layers, data, batchSize: size)
            },
            width: try Self.widths.map { factor in
                try point(at: factor, network.layers(widened: factor), data, batchSize: network.batchSize)
            },
            threads: try (counts + [threads]).map { count in
                ConvNetRuntime.threadCount = count
                return try point(at: Double(count), network.layers, data, batchSize: network.batchSize)
            })
    }

    private func point(at value: Double, _ layers: [any Layer], _ data: Dataset, batchSize: Int) throws -> Point {
        let model = try Sequential(inputShape: network.inputShape, name: network.name, layers: layers)
        model.compile(optimizer: network.optimizer, loss: network.loss, metrics: [.accuracy])
        let size = min(batchSize, data.count)
        let steps = Self.growthSteps + Self.uncountedSteps
        let clock = StepClock()
        // Whole batches only; where the images are few, more epochs.
        let part = data.prefix(min(steps, data.count / size) * size)
        let epochs = (steps * size + part.count - 1) / part.count
        try model.fit(part, epochs: epochs, batchSize: size, callbacks: [clock])
        let step = Timings(Array(clock.seconds.dropFirst(Self.uncountedSteps))).median
        return Point(
            at: value, parameters: model.parameterCount, stepMilliseconds: step * 1e3,
            imagesPerSecond: Double(size) / step)
    }
}

/// Notes how long each training step takes, from the end of the one before or the epoch's begin.
private final class StepClock: Callback {
    private(set) var seconds: [Double] = []
    private var last = 0.0

    func onTrainBegin(_ context: TrainingContext) {
        seconds.reserveCapacity(context.epochs * (context.stepsPerEpoch ?? 0))
    }

    func onEpochBegin(_ epoch: Int, _ context: TrainingContext) {
        last = Stopwatch.now
    }

    func onBatchEnd(_ batch: Int, _ context: TrainingContext) {
        let now = Stopwatch.now
        seconds.append(now - last)
        last = now
    }
}

extension BuiltinNetwork {
    /// The layers with all hidden widths multiplied.
    fileprivate func layers(widened factor: Double) -> [any Layer] {
        let last = layers.lastIndex { $0 is Dense }
        return layers.enumerated().map { index, layer in
            switch layer {
            case var dense as Dense where index != last:
                dense.units = max(1, Int(Double(dense.units) * factor))
                return dense
            case var convolution as Conv2D:
                convolution.filters = max(1, Int(Double(convolution.filters) * factor))
                return convolution
            default:
                return layer
            }
        }
    }
}

extension ModelSitting.Result {
    /// A few lines for people.
    var text: String {
        func ms(_ value: Double) -> String { NumberText.fixed(value, digits: 2) }
        func µs(_ value: Double) -> String { NumberText.fixed(value, digits: 1) }
        func points(_ points: [ModelSitting.Point], _ label: (Double) -> String) -> String {
            points.map { "\(label($0.at)): \(ms($0.stepMilliseconds)) ms" }.joined(separator: ", ")
        }
        let step = training.stepMilliseconds, one = prediction.oneImageMicroseconds
        let memory = peakMemoryBytes.value.map { "\(NumberText.fixed($0 / 1e6, digits: 0)) MB" } ?? "unknown"
        return """

            \(name), \(NumberText.grouped(parameters)) parameters
              training        \(NumberText.fixed(training.epochSeconds, digits: 2)) s an epoch of \
            \(NumberText.grouped(training.images)) images, \(NumberText.grouped(Int(training.imagesPerSecond))) a second
              step            median \(ms(step.median)) ms, 95 % within \(ms(step.p95)) ms, batch \(training.batchSize)
              one image       median \(µs(one.median)) µs, 95 % within \(µs(one.p95)) µs, 99 % within \(µs(one.p99)) µs
              \(NumberText.grouped(prediction.images)) images   \
            \(NumberText.fixed(prediction.medianSeconds, digits: 4)) s in batches of \(prediction.batchSize), \
            \(NumberText.grouped(Int(prediction.imagesPerSecond))) a second
              peak memory     \(memory)
              step by batch   \(points(growth.batch) { "\(Int($0))" })
              step by width   \(points(growth.width) { "\($0)x" })
              step by threads \(points(growth.threads) { "\(Int($0))" })

            """
    }
}
