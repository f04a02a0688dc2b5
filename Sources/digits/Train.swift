import ArgumentParser
import ConvNet
import FoundationEssentials

/// `digits train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a built-in network.",
        discussion: """
            Every setting that is not given is that of the notebook the network comes from. The run folder keeps the \
            model, one line an epoch (history.csv), all settings and the results. The same command gives the same \
            model, bit for bit, with any number of threads.

            Examples:
              digits train
              digits train --model mlp-deep --epochs 5 --out runs/first
              digits train --from runs/first --optimizer adam --epochs 10
              digits train --model mlp-sigmoid --loss categorical_crossentropy \\
                --optimizer adam --activation relu --units 1024,256
              digits train --data ~/my-digits --seed 7 --json > result.json
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
        parsing: .unconditional, help: ArgumentHelp("Decides first weights, shuffling and dropout.", valueName: "n"))
    var seed: UInt64 = 0

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
        help: ArgumentHelp(
            "Progress on standard error: 0 none, 1 a moving bar, 2 one line an epoch. (default: 1 on a terminal, else 2)",
            valueName: "0|1|2"))
    var verbose: Verbosity?

    @OptionGroup var output: OutputOptions

    func run() throws {
        try requireRanges()
        if let threads { ConvNetRuntime.threadCount = threads }
        // Mistakes in the settings are told before any data are read or fetched.
        let plan = try network.plan()
        let data = try dataOptions.load()
        try data.requireLabels()
        let chosen = try plan.network(seed: seed, for: data.train)
        let settings = try TrainingSettings(self, chosen, data)

        let folder = try RunFolder(
            creating: out ?? RunFolder.standardPath(model: chosen.network.name), settings: settings)
        chosen.model.info = settings.modelInfo(classNames: data.train.classNames)
        let verbosity = verbose?.verbosity ?? (Console.isTerminal ? .bar : .line)
        if verbosity != .silent { Console.tell(settings.headline(run: folder.path)) }

        Interruption.watch()
        let clock = ContinuousClock()
        let start = clock.now
        let history = try chosen.model.fit(
            data.train, epochs: settings.epochs, batchSize: settings.batchSize,
            validationSplit: settings.validationSplit,
            validationData: settings.validatesOnTest ? data.test : nil,
            callbacks: [
                ProgressReport(verbosity: verbosity, isTerminal: Console.isTerminal, write: Console.tell),
                StopWhenInterrupted(), CSVLogger(path: folder.historyFile), SaveModel(path: folder.modelFile),
            ])
        let seconds = (clock.now - start) / .seconds(1)
        let test =
            Interruption.isRequested ? nil : try chosen.model.evaluate(data.test, batchSize: PassOptions.standard)

        let result = TrainingResult(settings: settings, history: history, test: test, seconds: seconds, run: folder)
        try folder.write(result)
        if output.json { try Console.print(try JSONText.encode(result)) }
        if Interruption.isRequested {
            Console.complain(
                "interrupted after \(history.epochs.count) of \(settings.epochs) epochs; what was learnt is in "
                    + folder.modelFile)
            throw Failure.interrupted
        }
        if !output.json { try Console.print(result.text) }
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
