import ArgumentParser
import ConvNet
import ConvNetImages
import FoundationEssentials

/// `digits data export`
struct DataExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a data set as PNG files, one folder for each class.",
        discussion: """
            The files are <dir>/train/<class>/<number>.png and <dir>/test/<class>/<number>.png, numbered in the data set's \
            order, which --data of the other commands reads again. The folder is there when all files are.

            Examples:
              digits data export mnist digits
              digits train --data digits
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let dataset: String
        let folder: String
        let train: Int
        let test: Int
    }

    @Argument(
        help: ArgumentHelp("What --data of the other commands takes.", valueName: "data"), completion: .file())
    var data: String

    @Argument(help: ArgumentHelp("Folder that is made for the files.", valueName: "dir"), completion: .directory)
    var folder: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let loaded = try DataSource(data).load()
        try loaded.requireLabels()
        let names = try ImageFolder.folderNames(of: loaded.test.classNames)
        Interruption.watch()
        defer { Interruption.endWatch() }
        try FolderWriter.write(to: folder) { writer in
            for (part, images) in [("train", loaded.train), ("test", loaded.test)] {
                let width = "\(max(images.count - 1, 0))".count
                for index in 0..<images.count {
                    if Interruption.isRequested {
                        Console.complain("interrupted; nothing was written")
                        throw Failure.interrupted
                    }
                    let number = "\(index)"
                    let name = String(repeating: "0", count: width - number.count) + number
                    let picture = try Picture(images, index: index, name: loaded.name)
                    try writer.write(
                        try picture.pngBytes(), to: "\(part)/\(names[Int(images.labels[index])])/\(name).png")
                }
            }
        }
        let result = Result(dataset: loaded.name, folder: folder, train: loaded.train.count, test: loaded.test.count)
        try Console.print(
            output.json
                ? try JSONText.encode(result)
                : "\(NumberText.grouped(result.train)) images for training and \(NumberText.grouped(result.test)) for the test "
                    + "are in \(folder)\n\(loaded.division.map { "\($0)\n" } ?? "")")
    }
}
