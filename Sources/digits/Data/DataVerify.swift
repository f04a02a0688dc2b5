import ArgumentParser
import ConvNet
import Downloads
import FoundationEssentials

/// `digits data verify`
struct DataVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read all of a data set and compare it with what was published.",
        discussion: """
            Everything is read, so that whatever is wrong is said before training. Files of MNIST and Fashion-MNIST, as \
            .gz, are compared with the published ones as well.

            Examples:
              digits data verify mnist
              digits data verify ~/my-digits
              digits data verify train.csv --json
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        struct Class: Encodable {
            let name: String
            let train: Int
            let test: Int
        }

        let dataset: String
        let imageShape: [Int]
        let train: Int
        let test: Int
        let classes: [Class]
        /// The name of the data set whose files, bit for bit, these are.
        let asPublished: String?
    }

    @Argument(
        help: ArgumentHelp("What --data of the other commands takes.", valueName: "name|path"), completion: .file())
    var data: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let published = try comparison()
        let loaded = try DataSource(data).load()
        let (train, test) = (loaded.train, loaded.test)
        let (trainCounts, testCounts) = (train.classCounts, test.classCounts)
        let classes = loaded.isLabelled ? train.classNames.indices.map { $0 } : []
        let result = Result(
            dataset: loaded.name, imageShape: test.imageShape, train: train.count, test: test.count,
            classes: classes.map {
                Result.Class(name: train.classNames[$0], train: trainCounts[$0], test: testCounts[$0])
            }, asPublished: published)
        try Console.print(output.json ? try JSONText.encode(result) : text(result, loaded))
    }

    private func text(_ result: Result, _ loaded: LoadedData) -> String {
        let size = result.imageShape.map { "\($0)" }.joined(separator: " x ")
        var lines = [
            "\(NumberText.grouped(result.train)) images for training and \(NumberText.grouped(result.test)) for the test, "
                + "\(size)" + (loaded.isLabelled ? "" : ", without labels")
        ]
        if let division = loaded.division { lines.append(division) }
        lines.append(
            result.asPublished.map { "the files are those of \($0), as published" } ?? "every file can be read")
        if !result.classes.isEmpty {
            let width = max(5, result.classes.map(\.name.count).max() ?? 0)
            func row(_ cells: (String, String, String)) -> String {
                func left(_ text: String, _ width: Int) -> String {
                    text + String(repeating: " ", count: max(0, width - text.count))
                }
                func right(_ text: String) -> String { String(repeating: " ", count: max(0, 9 - text.count)) + text }
                return left(cells.0, width) + right(cells.1) + right(cells.2)
            }
            lines.append(row(("class", "train", "test")))
            lines += result.classes.map {
                row(($0.name, NumberText.grouped($0.train), NumberText.grouped($0.test)))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The published data set whose four files these are, or nil where they are others.
    ///
    /// - Throws: ``ConvNetError``: `missingInput` where a data set named by its name is not on this machine,
    ///   `invalidData` where a file of it is not the published one.
    private func comparison() throws -> String? {
        guard let known = KnownDataset.all.first(where: { $0.name == data }) else {
            return try KnownDataset.all.first { known in
                guard let folder = known.files.location(folder: data) else { return false }
                return try known.published.files.allSatisfy { try $0.state(in: folder) == .asPublished }
            }?.published.title
        }
        guard let folder = known.files.location() else {
            throw ConvNetError(
                .missingInput, "\(known.published.title) is not on this machine; 'digits data fetch \(data)' fetches it"
            )
        }
        let states = try known.published.files.map { (name: $0.name, state: try $0.state(in: folder)) }
        if let wrong = states.first(where: { $0.state == .different }) {
            throw ConvNetError(
                .invalidData, path: "\(folder)/\(wrong.name)",
                "its bytes are not those that were published; fetch it again with 'digits data fetch \(data) --out \(folder)'"
            )
        }
        return states.allSatisfy { $0.state == .asPublished } ? known.published.title : nil
    }
}

extension Dataset {
    /// The number of images of each class.
    var classCounts: [Int] {
        labels.reduce(into: [Int](repeating: 0, count: classNames.count)) { $0[Int($1)] += 1 }
    }
}
