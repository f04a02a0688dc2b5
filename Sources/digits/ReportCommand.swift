import ArgumentParser
import ConvNet
import ConvNetReport
import FoundationEssentials

/// `digits report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show in pictures what a trained network does with the test images.",
        discussion: """
            Writes report.html, one page that needs nothing else, and the folder pictures with the same pictures as SVG \
            and PNG. 'digits train' makes them for its run; this makes them anew, or for other data.

            Examples:
              digits report runs/first
              digits report runs/first --data ~/my-digits --out my-report
              digits report model.safetensors --out my-report
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let report: String
        let seconds: JSONNumber
    }

    @OptionGroup var argument: ModelArgument
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var whole: WholeOption

    @Option(
        help: ArgumentHelp(
            "Folder for the report; made where it is not there. (default: the run folder)", valueName: "dir"),
        completion: .directory)
    var out: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let model = try argument.load()
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: argument.model, isDirectory: &isFolder)
        guard out != nil || exists && isFolder else {
            throw ConvNetError(
                .invalidArgument, path: argument.model, "this is no run folder; name a folder for the report with --out"
            )
        }
        let data = try dataOptions.load(whole: whole.whole)
        try data.requireLabels()
        let test = try data.test(for: model)
        if let out { _ = try Folder.make(out) }
        // A file may come from an app that measures something else, or was never compiled.
        model.compile(loss: model.loss ?? .categoricalCrossentropy, metrics: [.accuracy])
        // A model file alone says nothing of its training.
        let report = try RunReport.write(
            model, on: test, named: data.name, evaluation: nil,
            in: RunFolder(existing: isFolder ? argument.model : ""), to: out)
        if output.json {
            try Console.print(
                try JSONText.encode(Result(report: report.path, seconds: JSONNumber(report.seconds))))
        } else {
            try Console.print(report.text)
        }
    }
}
