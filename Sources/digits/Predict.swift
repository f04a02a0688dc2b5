import ArgumentParser
import ConvNet

/// `digits predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the digits in pictures, or in a data set's test images.",
        discussion: """
            A picture is a PNG or JPEG file: a photo, a scan or a drawing, of any size, dark on light or light on dark. \
            Each digit in it is found and centred as in MNIST, then read, left to right and line by line. --show draws \
            what the network saw.

            With --data there is a CSV file instead: one line an image, in the data set's order, with the columns Actual and \
            Predictions; Actual is empty where the data set has no labels.

            Examples:
              digits predict runs/first photo.jpg scan.png
              digits predict runs/first photo.jpg --show
              digits predict runs/first *.png --json
              digits predict runs/first --csv predictions.csv
              digits predict model.safetensors --data ~/my-digits --csv /dev/stdout
              digits predict runs/first --data unlabelled.csv --csv predictions.csv
            """)

    @OptionGroup var argument: ModelArgument

    @Argument(help: "Pictures to read, PNG or JPEG.", completion: .file())
    var images: [String] = []

    @Flag(help: "Draw what the network saw of each digit.")
    var show = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var dataOptions: DataOptions

    @Option(help: ArgumentHelp("File to write the predictions to.", valueName: "file"), completion: .file())
    var csv: String?

    @OptionGroup var whole: WholeOption
    @OptionGroup var passes: PassOptions

    func run() throws {
        if !images.isEmpty { return try readPictures() }
        guard !show, !output.json else {
            throw ConvNetError(
                .invalidArgument, "no pictures to read; name PNG or JPEG files, or write predictions with --csv FILE")
        }
        guard let csv else {
            throw ConvNetError(
                .invalidArgument,
                "nothing to read; name pictures (PNG or JPEG), or a file for a data set's predictions with --csv")
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

    private func readPictures() throws {
        guard csv == nil else {
            throw ConvNetError(
                .invalidArgument, "--csv is for a data set's predictions; give either pictures or --csv")
        }
        guard !(show && output.json) else {
            throw ConvNetError(
                .invalidArgument, "--show draws on standard output, which --json keeps for itself; give one of them")
        }
        let reader = try PictureReader(try argument.load(), path: argument.model)
        if output.json { return try Console.print(try JSONText.encode(try images.map(reader.read))) }
        for image in images {
            let reading = try reader.read(image)
            try Console.print(reading.line)
            if show { try Console.show(reading.digits.map(\.seen)) }
        }
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
