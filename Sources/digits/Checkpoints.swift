import ArgumentParser
import ConvNet

/// `3epochs`, `500steps` or `30s`.
struct CheckpointOption: ExpressibleByArgument {
    let interval: CheckpointInterval
    let text: String

    /// After each epoch, and within long ones every half minute.
    static let standard = CheckpointOption(interval: CheckpointInterval(epochs: 1, seconds: 30), text: "1epoch,30s")

    private init(interval: CheckpointInterval, text: String) {
        self.interval = interval
        self.text = text
    }

    init?(argument: String) {
        var (epochs, steps, seconds): (Int?, Int?, Double?) = (nil, nil, nil)
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits), number >= 1 else { return nil }
            switch part.dropFirst(digits.count) {
            case "epochs" where epochs == nil, "epoch" where epochs == nil: epochs = number
            case "steps" where steps == nil, "step" where steps == nil: steps = number
            case "s" where seconds == nil: seconds = Double(number)
            default: return nil
            }
        }
        self.init(interval: CheckpointInterval(epochs: epochs, steps: steps, seconds: seconds), text: argument)
    }
}

/// A run that is gone on with: its settings decide, and options that say otherwise are refused.
struct Resumption {
    let folder: RunFolder
    let settings: TrainingSettings

    /// - Throws: ``ConvNetError``: `missingInput` where there is no such run; `invalidArgument` where it is finished, or an
    ///   option contradicts it.
    init(_ path: String, _ options: Train) throws {
        folder = try RunFolder(resuming: path)
        settings = try folder.settings()
        try requireAgreement(options)
    }

    /// Where its data is: as it was found when the run began, unless an option says where it is now.
    func dataOptions(_ options: DataOptions) -> DataOptions {
        var options = options
        if options.data == DataOptions.standard { options.data = settings.dataset }
        return options
    }

    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the images or labels are not those of the run.
    func requireSameData(_ train: Dataset, _ test: Dataset) throws {
        guard TrainingSettings.fingerprint(train, test) == settings.dataFingerprint else {
            throw ConvNetError(
                .invalidArgument, path: folder.path,
                "its data has changed: the images or labels of \(settings.dataset) are not those that the run began with; "
                    + "name those with --data, or train anew")
        }
    }

    /// For people.
    func headline(at position: (epoch: Int, batch: Int)) -> String {
        let steps = (settings.trainingImages + settings.batchSize - 1) / settings.batchSize
        let place =
            position.batch == 0
            ? "\(position.epoch) of \(settings.epochs) epochs are done"
            : "epoch \(position.epoch + 1) of \(settings.epochs), \(NumberText.grouped(position.batch)) of "
                + "\(NumberText.grouped(steps)) steps are done"
        let own = ConvNetRuntime.instructionSet
        let remark =
            own == settings.instructionSet
            ? "" : "It began on \(settings.instructionSet), this is \(own): the last bits of the weights will differ\n"
        return "Going on: \(place)\n\(remark)"
    }

    private func requireAgreement(_ options: Train) throws {
        let network = options.network
        let asked: [(option: String, asked: String?, has: String?)] = [
            ("--model", network.model, settings.model),
            ("--optimizer", network.optimizer?.rawValue, settings.optimizer),
            ("--learning-rate", network.learningRate.map { "\($0)" }, "\(settings.learningRate)"),
            ("--loss", network.loss?.name, settings.loss),
            ("--activation", network.activation?.name, settings.activation),
            ("--units", network.units.map { Self.list($0.counts) }, settings.units.map(Self.list)),
            ("--from", network.from, settings.from),
            ("--epochs", options.epochs.map { "\($0)" }, "\(settings.epochs)"),
            ("--batch-size", options.batchSize.map { "\($0)" }, "\(settings.batchSize)"),
            ("--validation-split", options.validationSplit.map { "\($0)" }, "\(settings.validationSplit)"),
            ("--augment", try options.augment.map { try Augmentation($0).description }, settings.augmentation),
            ("--seed", options.seed.map { "\($0)" }, "\(settings.seed)"),
            ("--out", options.out, folder.path),
        ]
        for (option, asked, has) in asked {
            guard let asked, asked != has else { continue }
            throw ConvNetError(
                .invalidArgument, path: folder.path,
                "\(option) \(asked) contradicts this run, \(has.map { "which has \($0)" } ?? "which has none"); "
                    + "leave it out, or begin a new run without --resume")
        }
    }

    private static func list(_ counts: [Int]) -> String {
        counts.map { "\($0)" }.joined(separator: ",")
    }
}
