import ArgumentParser
import ConvNet
import ConvNetImages
import ConvNetReport

/// `digits data show`
struct DataShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show images of a data set in the terminal, or as a PNG file.",
        discussion: """
            The images are drawn at random, the same ones for the same seed. Where the output is no terminal, they are drawn \
            with characters.

            Examples:
              digits data show mnist
              digits data show fashion-mnist --count 30 --seed 7
              digits data show ~/my-digits --class 7 --test
              digits data show mnist --count 100 --png digits.png
            """)

    @Argument(
        help: ArgumentHelp("What --data of the other commands takes.", valueName: "data"), completion: .file())
    var data: String

    @Option(parsing: .unconditional, help: ArgumentHelp("How many images.", valueName: "n"))
    var count = 10

    @Option(parsing: .unconditional, help: ArgumentHelp("Decides which images.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(name: .customLong("class"), help: ArgumentHelp("Images of this class alone.", valueName: "name"))
    var className: String?

    @Flag(help: "Images for the test, not those for training.")
    var test = false

    @Option(
        help: ArgumentHelp("Write them to this file instead, enlarged.", valueName: "file"),
        completion: .file())
    var png: String?

    func run() throws {
        try require(count, in: 1...1000, "count")
        let loaded = try DataSource(data).load()
        // What has no labels is all for the test.
        let part = test || loaded.train.count == 0 ? loaded.test : loaded.train
        let shown = part.selecting(try chosen(of: part, loaded))
        if let png {
            let grid = try Drawing.samples(of: shown, isLabelled: loaded.isLabelled)
            return try AtomicFile.write(try grid.png(), to: png)
        }
        let pictures = try (0..<shown.count).map { try Picture(shown, index: $0, name: loaded.name) }
        try Console.show(
            pictures, captions: loaded.isLabelled ? shown.labels.map { shown.classNames[Int($0)] } : [])
    }

    private func chosen(of part: Dataset, _ loaded: LoadedData) throws -> [Int] {
        var candidates = Array(0..<part.count)
        if let className {
            guard loaded.isLabelled, let label = part.classNames.firstIndex(of: className) else {
                throw ConvNetError(
                    .invalidArgument,
                    "\(loaded.name) has no class \(className)"
                        + (loaded.isLabelled ? "; its classes are \(part.classNames.joined(separator: ", "))" : ""))
            }
            candidates = candidates.filter { Int(part.labels[$0]) == label }
        }
        guard !candidates.isEmpty else {
            throw ConvNetError(.invalidArgument, "\(loaded.name) has no such images; leave --class or --test out")
        }
        var generator = Philox(seed: seed)
        return generator.permutation(of: candidates.count).prefix(count).map { candidates[Int($0)] }
    }
}

extension Picture {
    /// An image of a data set as 8 bits a pixel.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` where it is neither grey nor RGB.
    init(_ data: Dataset, index: Int, name: String) throws {
        let shape = data.imageShape
        guard shape.count == 3, let mode = Picture.ColorMode(rawValue: shape[2]), mode != .rgba else {
            throw ConvNetError(
                .invalidData, path: name,
                "its images have the shape \(shape); only height x width x 1 or 3 can be shown as pictures")
        }
        let pixels = data.image(index).scalars.map { UInt8(min(max(($0 * 255).rounded(), 0), 255)) }
        self.init(width: shape[1], height: shape[0], colorMode: mode, pixels: pixels)
    }
}
