import ArgumentParser
import ConvNet
import FoundationEssentials

/// `digits train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a built-in network.",
        discussion: """
            Every setting that is not given is that of the notebook the network comes from. The run folder keeps the \
            model, one line an epoch (history.csv), all settings, the results, and a report to look at (report.html, \
            pictures). The same command gives the same model, bit for bit, with any number of threads.

            Examples:
              digits train
              digits train --model mlp-deep --epochs 5 --out runs/first
              digits train --from runs/first --optimizer adam --epochs 10
              digits train --model mlp-sigmoid --loss categorical_crossentropy \\
                --optimizer adam --activation relu --units 1024,256
              digits train --augment rotation=10,zoom=0.1,shift=0.08,shear=5,elastic=34
              digits train --data ~/my-digits --seed 7 --json > result.json
              digits train --resume runs/first

            The whole state of training is kept in the run folder, after each epoch and every half minute. A run that was \
            interrupted, or ended by a crash, goes on with --resume, and its model is the same, bit for bit, as if nothing \
            had happened. The run's own settings count; only --threads, --data (where its data is now), \
            --checkpoint-every and what is told of progress can change.
            """)

    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup var dataOptions: DataOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Passes over the images. (default: the network's)", valueName: "n"))
    var epochs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Images a step. (default: the network's)", valueName: "n"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of the training images, the last ones, that is measured after each epoch instead of trained on; "
                + "0 measures nothing. (default: the network's; where that has none, the test images are measured)",
            valueName: "share"))
    var validationSplit: Double?

    @Option(
        help: ArgumentHelp(
            "Change each image at random whenever it comes up, within these bounds: rotation=DEGREES, shift=SHARE or "
                + "PIXELS (or width-shift, height-shift), shear=DEGREES, zoom=SHARE or LOW:HIGH, elastic=ALPHA or "
                + "ALPHA:SIGMA, fill=nearest|constant|reflect|wrap. (default: images as they are)",
            valueName: "part,…"))
    var augment: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Decides first weights, shuffling, dropout and augmentation. (default: 0)", valueName: "n"))
    var seed: UInt64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Threads. (default: the CPUs this process may use)", valueName: "n")
    )
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Run folder; a run that is there is replaced. (default: runs/<model>-<date>-<time>)", valueName: "run"),
        completion: .directory)
    var out: String?

    @Option(
        help: ArgumentHelp("Go on with a run that did not come to its end.", valueName: "run"), completion: .directory)
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "When the state of training is kept: after so many epochs, steps or seconds, whichever comes first, as in "
                + "2epochs, 500steps or 60s. (default: \(CheckpointOption.standard.text))", valueName: "n<unit>,…"))
    var checkpointEvery: CheckpointOption?

    @Option(
        help: ArgumentHelp(
            "Progress on standard error: 0 none, 1 a moving bar, 2 one line an epoch. (default: 1 on a terminal, else 2)",
            valueName: "0|1|2"))
    var verbose: Verbosity?

    @OptionGroup var output: OutputOptions

    func run() throws {
        try requireRanges()
        if let threads { ConvNetRuntime.threadCount = threads }
        let verbosity = verbose?.verbosity ?? (Console.isTerminal ? .bar : .line)
        let job = try resume.map { try TrainingJob(resuming: $0, self) } ?? TrainingJob(self)
        let (settings, folder) = (job.settings, job.folder)
        if verbosity != .silent { Console.tell(job.headline) }

        Interruption.watch()
        let history = try job.train(telling: verbosity)
        let test =
            Interruption.isRequested ? nil : try job.model.evaluate(job.data.test, batchSize: PassOptions.standard)

        let result = TrainingResult(settings: settings, history: history, test: test, run: folder)
        // Before the results, with which a run is finished; and what was learnt is told before what is wrong here.
        let report = Result<RunReport?, any Error> {
            try test.map {
                try RunReport.write(job.model, on: job.data.test, named: job.data.name, evaluation: $0, in: folder)
            }
        }
        try folder.write(result)
        if output.json { try Console.print(try JSONText.encode(result)) }
        if test == nil {
            Console.complain(
                "interrupted after \(history.epochs.count) of \(settings.epochs) epochs; what was learnt is in "
                    + "\(folder.modelFile), and 'digits train --resume \(folder.path)' goes on")
            throw Failure.interrupted
        }
        if !output.json { try Console.print(result.text) }
        if let report = try report.get(), !output.json { try Console.print(report.text) }
    }

    private func requireRanges() throws {
        try require(epochs, in: 1...Int.max, "epochs")
        try require(batchSize, in: 1...Int.max, "batch size")
        try require(threads, in: 1...1024, "threads")
        if let validationSplit, !(0..<1).contains(validationSplit) {
            throw ConvNetError(
                .invalidArgument, "validation split \(validationSplit); give a share from 0 to below 1")
        }
    }
}

/// A training run that is ready to begin or to go on.
private struct TrainingJob {
    let model: Sequential
    let settings: TrainingSettings
    let data: LoadedData
    let augmentation: Augmentation?
    let folder: RunFolder
    let interval: CheckpointInterval
    let headline: String

    /// A new run.
    init(_ options: Train) throws {
        // Mistakes in the settings are told before any data are read or fetched.
        let plan = try options.network.plan()
        let augmentation = try options.augment.map { try Augmentation($0) }
        let data = try options.dataOptions.load()
        try data.requireLabels()
        let chosen = try plan.network(seed: options.seed ?? 0, for: data.train)
        let settings = try TrainingSettings(options, chosen, data, augmentation)
        chosen.model.info = settings.modelInfo(classNames: data.train.classNames)
        folder = try RunFolder(
            creating: options.out ?? RunFolder.standardPath(model: chosen.network.name), settings: settings
        ) { checkpoint in
            try BackupAndRestore.saveBeginning(
                of: chosen.model, examples: settings.trainingImages, batchSize: settings.batchSize,
                augmentation: augmentation, to: checkpoint)
        }
        model = chosen.model
        self.augmentation = augmentation
        interval = (options.checkpointEvery ?? .standard).interval
        headline = settings.headline(run: folder.path)
        self.data = data
        self.settings = settings
    }

    /// A run that is gone on with.
    init(resuming path: String, _ options: Train) throws {
        let run = try Resumption(path, options)
        (folder, settings) = (run.folder, run.settings)
        data = try run.dataOptions(options.dataOptions).load()
        try run.requireSameData(data.train, data.test)
        augmentation = try settings.augmentation.map { try Augmentation($0) }
        model = try Sequential.load(from: folder.lastCheckpoint)
        interval =
            (options.checkpointEvery ?? CheckpointOption(argument: settings.checkpointEvery) ?? .standard).interval
        headline =
            settings.headline(run: folder.path)
            + run.headline(at: try BackupAndRestore.position(in: folder.lastCheckpoint))
    }
}

extension TrainingJob {
    /// Trains to the end, or until a signal comes.
    func train(telling verbosity: ProgressReport.Verbosity) throws -> History {
        do {
            return try model.fit(
                data.train, epochs: settings.epochs, batchSize: settings.batchSize,
                validationSplit: settings.validationSplit,
                validationData: settings.validatesOnTest ? data.test : nil,
                augmentation: augmentation,
                callbacks: [
                    ProgressReport(verbosity: verbosity, isTerminal: Console.isTerminal, write: Console.tell),
                    StopWhenInterrupted(), CSVLogger(path: folder.historyFile), SaveModel(path: folder.modelFile),
                    ModelCheckpoint(path: folder.bestCheckpoint, monitor: settings.monitored, saveBestOnly: true),
                    BackupAndRestore(path: folder.lastCheckpoint, every: interval, deletesAtEnd: false),
                ])
        } catch let error as ConvNetError where error.kind == .inputOutput {
            throw ConvNetError(
                error.kind, path: error.path, "\(error.message); 'digits train --resume \(folder.path)' then goes on")
        }
    }
}

/// How much is told of training.
enum Verbosity: Int, CaseIterable, ExpressibleByArgument {
    case silent = 0
    case bar = 1
    case line = 2

    var verbosity: ProgressReport.Verbosity {
        switch self {
        case .silent: .silent
        case .bar: .bar
        case .line: .line
        }
    }
}
