import ArgumentParser
import ConvNet
import Downloads
import FoundationEssentials

/// `digits data fetch`
struct DataFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch MNIST or Fashion-MNIST from a public mirror.",
        discussion: """
            Each file is checked against its published size and SHA-256 before it gets its name. Files that are there \
            already are not fetched again. A proxy is taken from https_proxy, http_proxy, all_proxy and no_proxy.

            Examples:
              digits data fetch mnist
              digits data fetch fashion-mnist --out ~/data/fashion-mnist
              digits data fetch mnist --mirror https://example.com/mnist
              digits data fetch mnist --mirror file:///media/usb/mnist
            """)

    /// What `--json` prints.
    private struct Result: Encodable {
        let dataset: String
        let folder: String
        let fetched: [String]
    }

    @Argument(
        help: ArgumentHelp("mnist or fashion-mnist.", valueName: "name"),
        completion: .list(KnownDataset.all.map(\.name)))
    var name: String

    @Option(
        help: ArgumentHelp(
            "Address of a folder with the four files, instead of the known ones: https:, http: or file:. May be given "
                + "several times; they are tried in order.", valueName: "url"))
    var mirror: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder for the files. (default: ~/.cache/convnet/<name>, where every command finds them)", valueName: "dir"
        ),
        completion: .directory)
    var out: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seconds until a mirror that sends nothing is given up.", valueName: "seconds"))
    var timeout = KnownDataset.patience

    @OptionGroup var output: OutputOptions

    func run() throws {
        let known = try KnownDataset.find(name)
        try require(timeout, in: 1...3600, "timeout")
        let (folder, fetched) = try fetch(known)
        if output.json {
            return try Console.print(try JSONText.encode(Result(dataset: name, folder: folder, fetched: fetched)))
        }
        let title = known.published.title
        try Console.print(
            fetched.isEmpty
                ? "\(title) is in \(folder) already, as it was published; nothing was fetched\n"
                : "\(title) is in \(folder), as it was published\n")
        if out == nil, let first = known.files.location(), first != folder {
            Console.tell("\(first) holds files of the same names, and is looked in first\n")
        }
    }

    private func fetch(_ known: KnownDataset) throws -> (folder: String, fetched: [String]) {
        let environment = ProcessInfo.processInfo.environment
        // What is there already, wherever, needs no network.
        if out == nil, let folder = known.files.location(),
            try known.published.files.allSatisfy({ try $0.state(in: folder) == .asPublished })
        {
            return (folder, [])
        }
        guard let folder = out ?? known.files.cacheFolder(environment: environment) else {
            throw ConvNetError(
                .invalidArgument,
                "there is no cache folder, since neither HOME nor XDG_CACHE_HOME is set; name a folder with --out")
        }
        guard !folder.isEmpty else {
            throw ConvNetError(.cannotCreate, "the folder's name is empty; name a folder with --out")
        }
        do {
            return (folder, try known.fetch(into: folder, mirrors: mirror, patience: timeout))
        } catch let error as DatasetDownload.Unavailable {
            throw ConvNetError(
                .unavailable,
                "\(known.published.title) cannot be fetched (\(error.reasons.joined(separator: ", "))); check the network "
                    + "and the proxy, or give another address with --mirror")
        }
    }
}
