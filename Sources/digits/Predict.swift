import ArgumentParser
import ConvNet

/// `digits predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the digits of a data set's test images.",
        discussion: """
            The CSV file has one line an image, in the data set's order, with the columns Actual and Predictions.

            Examples:
              digits predict runs/first --csv predictions.csv
              digits predict model.safetensors --data ~/my-digits --csv /dev/stdout
            """)

    @OptionGroup var argument: ModelArgument

    @Argument(help: ArgumentHelp("Pictures.", visibility: .hidden), completion: .file())
    var images: [String] = []

    @OptionGroup var dataOptions: DataOptions

    @Option(help: ArgumentHelp("File to write the predictions to.", valueName: "file"), completion: .file())
    var csv: String?

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
        let test = try dataOptions.load().test
        let predictions = try model.predictClasses(test, batchSize: batchSize)
        guard predictions.count == test.count else {
            throw ConvNetError(
                .invalidData, path: argument.model,
                "it gives outputs of shape \(model.outputShape) an image; one row of classes is needed")
        }
        var text = "Actual,Predictions\n"
        var right = 0
        for (label, prediction) in zip(test.labels, predictions) {
            text += "\(label),\(prediction)\n"
            if prediction == label { right += 1 }
        }
        try AtomicFile.write(text, to: csv)
        Console.tell(
            "\(NumberText.grouped(right)) of \(NumberText.grouped(test.count)) images read rightly; "
                + "predictions in \(csv)\n")
    }
}
