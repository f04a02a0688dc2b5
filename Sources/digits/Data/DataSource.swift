import ArgumentParser
import ConvNet
import ConvNetImages
import FoundationEssentials

/// The data set on the command line.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "mnist, fashion-mnist, synthetic (drawn digits), auto (MNIST or, where it cannot be had, drawn digits), a CSV "
                + "file (label,pixel0,…), an npz file like Keras's mnist.npz, a folder of four files like MNIST's (IDX, plain "
                + "or gzip), or a folder of pictures with a folder for each class, with or without train and test above them.",
            valueName: "auto|mnist|fashion-mnist|synthetic|path"),
        completion: .file())
    var data = Self.standard

    static let standard = "auto"

    /// - Parameter whole: Whether all images are for the test where the source does not divide them itself.
    func load(whole: Bool = false) throws -> LoadedData { try DataSource(data).load(whole: whole) }
}

/// Which images are measured.
struct WholeOption: ParsableArguments {
    @Flag(
        help:
            "Take all images of a source that does not say which are for the test, not only a fixed tenth of each class."
    )
    var whole = false
}

/// Images to train on and to test with, and what they are called.
struct LoadedData {
    /// The data set's name in results.
    let name: String
    let train: Dataset
    let test: Dataset
    /// False where the source has no labels; those of the images are 0 then.
    var isLabelled = true
    /// How the images were divided, where the source does not divide them itself.
    var division: String?

    /// - Throws: ``ConvNetError`` of kind `invalidData` where the images have no labels, or there are none for the test.
    func requireLabels() throws {
        guard isLabelled else {
            throw ConvNetError(
                .invalidData, path: name,
                "its images have no labels, which are needed here; add a column called label, or use 'digits predict'")
        }
        guard test.count > 0 else {
            throw ConvNetError(
                .invalidData, path: name,
                "it has no images for the test; two of a class are the fewest that can be divided")
        }
    }

    /// The images for the test as a network takes them, their classes numbered as its outputs are.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidData` where the images have another size, or a class that the network
    ///   does not know.
    func test(for model: Sequential) throws -> Dataset {
        guard test.imageShape.reduce(1, *) == model.inputShape.reduce(1, *) else {
            throw ConvNetError(
                .invalidData, path: name,
                "its images have the shape \(test.imageShape), but the network takes \(model.inputShape); name the data set "
                    + "it was trained on, or train one on this")
        }
        guard isLabelled else { return test }
        let names = model.info.classNames
        let numbered: Dataset
        do {
            numbered = names.isEmpty ? test : try test.numbered(by: names)
        } catch let error as ConvNetError {
            throw ConvNetError(error.kind, path: name, error.message)
        }
        let outputs = model.outputShape.last ?? 0
        if let label = numbered.labels.first(where: { $0 >= outputs }) {
            throw ConvNetError(
                .invalidData, path: name,
                "it has images of the class \(numbered.classNames[Int(label)]), but the network has \(outputs) outputs; name "
                    + "the data set it was trained on, or train one on this")
        }
        return numbered
    }
}

/// Where data come from: the one place that knows what `--data` can name.
enum DataSource {
    case auto
    case known(KnownDataset)
    case synthetic
    case path(String)

    init(_ name: String) {
        if name == DataOptions.standard {
            self = .auto
        } else if let known = KnownDataset.all.first(where: { $0.name == name }) {
            self = .known(known)
        } else if name == SyntheticDigits.name {
            self = .synthetic
        } else {
            self = .path(name)
        }
    }

    /// Reads the data.
    ///
    /// - Throws: ``ConvNetError``: `unavailable` where a data set that is known by name cannot be had; otherwise as the
    ///   readers of the formats.
    func load(whole: Bool = false) throws -> LoadedData {
        switch self {
        case .auto:
            do {
                return try Self.known(.mnist)
            } catch let reason as ConvNetError where reason.kind == .unavailable {
                Console.tell("Using synthetic digits: \(reason.message)\n")
                return try Self.synthetic()
            }
        case .synthetic: return try Self.synthetic()
        case .known(let known): return try Self.known(known)
        case .path(let path): return try Self.read(path, whole: whole)
        }
    }

    private static func known(_ known: KnownDataset) throws -> LoadedData {
        let (train, test) = try known.load()
        return LoadedData(name: known.name, train: train, test: test)
    }

    private static func synthetic() throws -> LoadedData {
        let (train, test) = try SyntheticDigits.load()
        return LoadedData(name: SyntheticDigits.name, train: train, test: test)
    }

    private static func read(_ path: String, whole: Bool) throws -> LoadedData {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard exists else {
            let guess = Suggestion.nearest(to: path, among: names).map { "did you mean \($0)?" }
            throw ConvNetError(
                .missingInput, path: path, "there is no such file or folder; \(guess ?? "check the path")")
        }
        if !isFolder { return try file(path, whole: whole) }
        if MNIST.files.location(folder: path) != nil {
            let (train, test) = try MNIST.load(from: path)
            return LoadedData(name: path, train: train, test: test)
        }
        guard try Folder.contents(of: path).contains(where: \.isFolder) else {
            throw ConvNetError(
                .missingInput, path: path,
                "this folder holds neither four IDX files named like MNIST's nor a folder of pictures for each class; name "
                    + "one that does")
        }
        switch try ImageFolder.load(path, name: path) {
        case .divided(let train, let test): return LoadedData(name: path, train: train, test: test)
        case .whole(let data): return whole ? undivided(data, name: path) : divided(data, name: path)
        }
    }

    /// What is no path.
    private static let names = [DataOptions.standard] + KnownDataset.all.map(\.name) + [SyntheticDigits.name]

    /// A file, known by its first bytes: a zip file holds arrays, anything else is a table.
    private static func file(_ path: String, whole: Bool) throws -> LoadedData {
        let start = try InputFile(path: path).readBytes(4)
        if start.starts(with: [0x50, 0x4b]) {
            let (train, test) = try ImageArchive.load(path, name: path)
            return LoadedData(name: path, train: train, test: test)
        }
        let table = try ImageTable.read(path)
        let data = try table.dataset(name: path)
        guard table.labels != nil else {
            return LoadedData(name: path, train: data.prefix(0), test: data, isLabelled: false)
        }
        return whole ? undivided(data, name: path) : divided(data, name: path)
    }

    private static func undivided(_ data: Dataset, name: String) -> LoadedData {
        LoadedData(name: name, train: data.prefix(0), test: data)
    }

    /// A part of each class for the test, the same at every run.
    private static func divided(_ data: Dataset, name: String) -> LoadedData {
        let (train, test) = data.splitByClass(fraction: testShare, seed: divisionSeed)
        let counts = "\(NumberText.grouped(test.count)) of \(NumberText.grouped(data.count))"
        return LoadedData(
            name: name, train: train, test: test,
            division: "a fixed tenth of each class of \(name) is for the test: \(counts) images")
    }

    private static let testShare = 0.1
    private static let divisionSeed: UInt64 = 0
}

extension SyntheticDigits {
    /// What the images for the test are called wherever somebody reads how well they were recognised.
    static let testImages = "held-out synthetic digits"
}
