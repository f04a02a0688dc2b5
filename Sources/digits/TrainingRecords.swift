import ConvNet
import FoundationEssentials

/// What a training run uses, every default resolved: the run folder's `settings.json`.
struct TrainingSettings: Codable {
    let model: String
    let parameters: Int
    let dataset: String
    /// How the images were divided into those to train on and those for the test; nil where the data set does it.
    let division: String?
    let trainingImages: Int
    let testImages: Int
    let epochs: Int
    let batchSize: Int
    let optimizer: String
    let learningRate: Float
    let loss: String
    let activation: String?
    let units: [Int]?
    /// The random changes of the images, as `--augment` has them; nil where there are none.
    let augmentation: String?
    let validationSplit: Double
    /// What is measured after each epoch: the test images, the last of the training images, or nothing.
    let validation: String
    let seed: UInt64
    let threads: Int
    let instructionSet: String
    let from: String?
    /// How often the state of training is kept, as `--checkpoint-every` has it.
    let checkpointEvery: String
    /// Follows from all images and labels, so that going on with others is noticed.
    let dataFingerprint: String
    let version: String

    var validatesOnTest: Bool { validation == Self.testImages }

    /// The number that tells the best epoch.
    var monitored: String { validation == Self.nothing ? "loss" : "val_loss" }

    private static let testImages = "test images"
    private static let nothing = "none"

    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the settings do not fit the data.
    init(
        _ options: Train, _ chosen: ChosenNetwork, _ data: LoadedData, _ augmentation: Augmentation?
    ) throws {
        let network = chosen.network
        model = network.name
        parameters = chosen.model.parameterCount
        dataset = data.name
        division = data.division
        epochs = options.epochs ?? network.epochs
        batchSize = options.batchSize ?? network.batchSize
        optimizer = type(of: chosen.optimizer).className.lowercased()
        learningRate = chosen.optimizer.learningRate.value(at: 0)
        loss = chosen.loss.name
        activation = options.network.activation?.name
        units = options.network.units?.counts
        self.augmentation = augmentation?.description
        validationSplit = options.validationSplit ?? network.validationSplit
        seed = options.seed ?? 0
        threads = ConvNetRuntime.threadCount
        instructionSet = ConvNetRuntime.instructionSet
        from = options.network.from
        testImages = data.test.count
        checkpointEvery = (options.checkpointEvery ?? .standard).text
        dataFingerprint = Self.fingerprint(data.train, data.test)
        version = Digits.version

        let (trained, held) = data.train.splitLast(fraction: validationSplit)
        trainingImages = trained.count
        validation =
            if validationSplit > 0 {
                "last \(held.count) training images"
            } else if options.validationSplit == nil {
                Self.testImages
            } else {
                Self.nothing
            }
        guard trainingImages >= 1 else {
            throw ConvNetError(
                .invalidArgument,
                "validation split \(validationSplit) leaves none of the \(data.train.count) images to train on; "
                    + "give a smaller share")
        }
        guard batchSize <= trainingImages else {
            throw ConvNetError(
                .invalidArgument,
                "batch size \(batchSize) is larger than the \(trainingImages) images to train on; give at most "
                    + "--batch-size \(trainingImages)")
        }
    }

    /// Whether training can do what they say: somebody may have changed the file.
    var isConsistent: Bool {
        epochs >= 1 && (1...1 << 53).contains(trainingImages) && testImages >= 0
            && (1...trainingImages).contains(batchSize) && (0..<1).contains(validationSplit)
    }

    /// What the model file says of its making. Threads and paths are no part of it: they do not change the weights.
    func modelInfo(classNames: [String]) -> ModelInfo {
        var training = [
            "dataset": dataset, "training_images": "\(trainingImages)", "epochs": "0", "batch_size": "\(batchSize)",
            "validation": validation,
        ]
        training["augmentation"] = augmentation
        return ModelInfo(classNames: classNames, training: training)
    }

    static func fingerprint(_ train: Dataset, _ test: Dataset) -> String {
        String(train.fingerprint ^ (test.fingerprint &* 31), radix: 16)
    }

    /// What is about to happen, for people.
    func headline(run: String) -> String {
        let images =
            NumberText.grouped(trainingImages)
            + (dataset == SyntheticDigits.name ? " synthetic digits" : " images of \(dataset)")
        let remarks = [division, augmentation.map { "images changed by \($0)" }].compactMap(\.self)
            .map { $0 + "\n" }.joined()
        let steps = NumberText.grouped((trainingImages + batchSize - 1) / batchSize)
        return """
            Training \(model) (\(NumberText.grouped(parameters)) parameters) on \(images)
            \(remarks)\(optimizer) \(learningRate), \(loss), batch \(batchSize), \(steps) steps an epoch
            \(threads == 1 ? "1 thread" : "\(threads) threads"), \(instructionSet); run folder \(run)

            """
    }
}

/// What a training run gave: the run folder's `results.json`, and what `--json` prints.
struct TrainingResult: Encodable {
    struct Epoch: Encodable {
        let epoch: Int
        let seconds: JSONNumber
        let loss: JSONNumber
        let accuracy: JSONNumber
        let valLoss: JSONNumber
        let valAccuracy: JSONNumber

        init(_ record: History.Epoch) {
            epoch = record.epoch + 1
            seconds = JSONNumber(record.seconds)
            loss = JSONNumber(record.logs["loss"])
            accuracy = JSONNumber(record.logs["accuracy"])
            valLoss = JSONNumber(record.logs["val_loss"])
            valAccuracy = JSONNumber(record.logs["val_accuracy"])
        }
    }

    let model: String
    let dataset: String
    let parameters: Int
    let seed: UInt64
    let epochs: [Epoch]
    /// Wall-clock time of training, validation included.
    let seconds: JSONNumber
    let testLoss: JSONNumber
    let testAccuracy: JSONNumber
    let testStandardError: JSONNumber
    let testCount: Int
    let interrupted: Bool
    let run: String
    let modelFile: String

    /// The same for people.
    let text: String

    private enum CodingKeys: CodingKey {
        case model, dataset, parameters, seed, epochs, seconds, testLoss, testAccuracy, testStandardError, testCount
        case interrupted, run, modelFile
    }

    /// - Parameter test: What the test images gave; nil where training was interrupted.
    init(settings: TrainingSettings, history: History, test: Evaluation?, run: RunFolder) {
        model = settings.model
        dataset = settings.dataset
        parameters = settings.parameters
        seed = settings.seed
        epochs = history.epochs.map { Epoch($0) }
        seconds = JSONNumber(history.seconds)
        testLoss = JSONNumber(test?.loss)
        testAccuracy = JSONNumber(test?.accuracy)
        testStandardError = JSONNumber(test?.accuracyStandardError)
        testCount = test?.count ?? 0
        interrupted = test == nil
        self.run = run.path
        modelFile = run.modelFile
        text = """
            \(test?.text(on: settings.dataset) ?? "not tested")
            trained in \(NumberText.time(history.seconds)); the model is \(run.modelFile)

            """
    }
}

extension Evaluation {
    /// For people: `accuracy 0.9905 ± 0.0010, loss 0.0291 on 10,000 images`, or `… on 10,000 held-out synthetic digits`.
    func text(on dataset: String) -> String {
        let error = accuracyStandardError.map { " ± \(NumberText.fixed($0, digits: 4))" } ?? ""
        let images = dataset == SyntheticDigits.name ? SyntheticDigits.testImages : "images"
        let accuracy = accuracy.map { "accuracy \(NumberText.fixed($0, digits: 4))\(error), " } ?? ""
        return "\(accuracy)loss \(NumberText.fixed(loss, digits: 4)) on \(NumberText.grouped(count)) \(images)"
    }
}
