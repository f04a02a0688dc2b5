import ConvNet
import Downloads
import FoundationEssentials

/// A data set that the command knows by name: where it may be on this machine, and where it is published.
struct KnownDataset {
    let files: IDXDataset
    let published: PublishedDataset

    static let mnist = KnownDataset(files: MNIST.files, published: .mnist)
    static let fashionMNIST = KnownDataset(files: FashionMNIST.files, published: .fashionMNIST)
    static let all = [mnist, fashionMNIST]

    var name: String { published.name }

    /// The data set of a name that somebody typed.
    static func find(_ name: String) throws -> KnownDataset {
        if let known = all.first(where: { $0.name == name }) { return known }
        let names = all.map(\.name)
        let guess = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)? " } ?? ""
        throw ConvNetError(
            .invalidArgument,
            "there is no data set \(name) to fetch; \(guess)\(names.joined(separator: " and ")) are known")
    }

    /// The images for training and for the test, from this machine or else from a mirror.
    ///
    /// - Throws: ``ConvNetError`` of kind `unavailable` where they cannot be had, with the reasons and the remedy in one
    ///   sentence; other kinds where they are there but damaged.
    func load() throws -> (train: Dataset, test: Dataset) {
        if files.location() != nil { return try files.load() }
        let environment = ProcessInfo.processInfo.environment
        let places = files.places(folder: nil, environment: environment).joined(separator: ", ")
        func unavailable(_ why: String) -> ConvNetError {
            ConvNetError(
                .unavailable,
                "\(files.title) is not on this machine (looked in \(places)) and cannot be fetched (\(why)); set DIGITS_DATA "
                    + "to the folder that holds its four files, or name that folder with --data")
        }
        guard let folder = files.cacheFolder(environment: environment) else {
            throw unavailable("there is no cache folder, since neither HOME nor XDG_CACHE_HOME is set")
        }
        do {
            try fetch(into: folder)
        } catch let error as DatasetDownload.Unavailable {
            throw unavailable(error.reasons.joined(separator: ", "))
        }
        return try files.load(from: folder)
    }

    /// Fetches what is missing in a folder, and shows how it goes.
    ///
    /// - Returns: The names of the files that were fetched.
    @discardableResult
    func fetch(into folder: String, mirrors: [String] = [], patience: Int = Self.patience) throws -> [String] {
        let download = try DatasetDownload(published, mirrors: mirrors, patience: patience)
        let display = DownloadDisplay()
        Interruption.watch()
        defer { Interruption.endWatch() }
        do {
            return try download.run(
                into: folder, isCancelled: { Interruption.isRequested }, onProgress: display.show
            ).map(\.name)
        } catch is DatasetDownload.Cancelled {
            Console.complain("interrupted; the files that had come whole are in \(folder)")
            throw Failure.interrupted
        }
    }

    /// Seconds that a mirror which sends nothing is waited for.
    static let patience = 20
}
