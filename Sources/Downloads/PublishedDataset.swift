/// A data set that can be fetched: its four files in the IDX format, and where they are.
public struct PublishedDataset: Sendable {
    /// What it is called, on the command line and as a folder.
    public let name: String
    /// What it is called in sentences.
    public let title: String
    /// The files; all four are needed.
    public let files: [PublishedFile]
    /// Addresses that serve the files by their names, in the order in which they are tried.
    public let mirrors: [String]

    /// - Parameters:
    ///   - name: What it is called, on the command line and as a folder.
    ///   - title: What it is called in sentences.
    ///   - files: The files.
    ///   - mirrors: Addresses that serve the files by their names.
    public init(name: String, title: String, files: [PublishedFile], mirrors: [String]) {
        self.name = name
        self.title = title
        self.files = files
        self.mirrors = mirrors
    }

    /// All that are known.
    public static let all = [mnist, fashionMNIST]

    /// MNIST, the handwritten digits.
    ///
    /// SHA-256 is of files whose MD5 is the one that LeCun's files are known by (torchvision and others list it).
    public static let mnist = PublishedDataset(
        name: "mnist", title: "MNIST",
        files: [
            PublishedFile(
                name: "train-images-idx3-ubyte.gz", size: 9_912_422,
                sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            PublishedFile(
                name: "train-labels-idx1-ubyte.gz", size: 28_881,
                sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            PublishedFile(
                name: "t10k-images-idx3-ubyte.gz", size: 1_648_877,
                sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            PublishedFile(
                name: "t10k-labels-idx1-ubyte.gz", size: 4_542,
                sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        mirrors: [
            "https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist",
        ])

    /// Fashion-MNIST: 60,000 and 10,000 grey images of 28 x 28 pixels of ten kinds of clothing.
    ///
    /// Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
    /// Algorithms". Sizes and SHA-256 are those that several projects list beside the MD5 of its own page.
    public static let fashionMNIST = PublishedDataset(
        name: "fashion-mnist", title: "Fashion-MNIST",
        files: [
            PublishedFile(
                name: "train-images-idx3-ubyte.gz", size: 26_421_880,
                sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            PublishedFile(
                name: "train-labels-idx1-ubyte.gz", size: 29_515,
                sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            PublishedFile(
                name: "t10k-images-idx3-ubyte.gz", size: 4_422_102,
                sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            PublishedFile(
                name: "t10k-labels-idx1-ubyte.gz", size: 5_148,
                sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        mirrors: [
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
            // Its owners' own address, which has no certificate; what comes is checked like everything else.
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        ])
}
