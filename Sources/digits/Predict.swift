import ArgumentParser
import ConvNet

/// `digits predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the digits of a data set's test images.",
        discussion: """
            The CSV file has one line an image, in the data set's order, with the columns Actual and Predictions; \
            Actual is empty where the data set has no labels.

            Examples:
              digits predict runs/first --csv predictions.csv
              digits predict model.safetensors --data ~/my-digits --csv /dev/stdout
              digits predict runs/first --data unlabelled.csv --csv predictions.csv
            """)

    @OptionGroup var argument: ModelArgument

    @Argument(help: ArgumentHelp("Pictures.", visibility: .hidden), completion: .file())
    var images: [String] = []

    @OptionGroup var dataOptions: DataOptions

    @Option(help: ArgumentHelp("File to write the predictions to.", valueName: "file"), completion: .file())
    var csv: String?

    @OptionGroup var whole: WholeOption
    @OptionGroup var passes: PassOptions

    func run() throws {
        if let image = images.first {
            throw ConvNetError(
                .invalidArgument, path: image,
                "pictures cannot be read; give a data set with --data and a file for its predictions with --csv")
        }
        guard let csv else {
            throw ConvNetError(.invalidArgument, "no file to write to; give one with --csv")
        }
        let batchSize = try passes.size()
        let model = try argument.load()
        let data = try dataOptions.load(whole: whole.whole)
        let test = try data.test(for: model)
        let predictions = try model.predictClasses(test, batchSize: batchSize)
        guard predictions.count == test.count else {
            throw ConvNetError(
                .invalidData, path: argument.model,
                "it gives outputs of shape \(model.outputShape) an image; one row of classes is needed")
        }
        let names = model.info.classNames.count == model.outputShape.last ? model.info.classNames : test.classNames
        func name(_ index: Int) -> String { CSVField.text(names.indices.contains(index) ? names[index] : "\(index)") }
        var text = "Actual,Predictions\n"
        var right = 0
        for (label, prediction) in zip(test.labels, predictions) {
            text += "\(data.isLabelled ? name(Int(label)) : ""),\(name(prediction))\n"
            if prediction == label { right += 1 }
        }
        try AtomicFile.write(text, to: csv)
        let count = NumberText.grouped(test.count)
        let outcome =
            data.isLabelled ? "\(NumberText.grouped(right)) of \(count) images read rightly" : "\(count) images read"
        Console.tell("\(outcome); predictions in \(csv)\n\(data.division.map { "\($0)\n" } ?? "")")
    }
}

/// Fields of CSV files (RFC 4180).
enum CSVField {
    /// A text as a field: in quotation marks where it needs them.
    static func text(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
