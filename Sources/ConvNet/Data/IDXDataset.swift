import FoundationEssentials

/// A data set of four IDX files: images of 28 x 28 pixels and their labels, for training and for the test.
package struct IDXDataset: Sendable {
    /// What it is called in results, and what its folder is called.
    package let name: String
    /// What it is called in sentences.
    package let title: String
    /// What each label means.
    package let classNames: [String]
    /// Whether its files may also lie in the folders that hold the data sets' folders.
    private let ownsRoots: Bool

    init(name: String, title: String, classNames: [String], ownsRoots: Bool) {
        self.name = name
        self.title = title
        self.classNames = classNames
        self.ownsRoots = ownsRoots
    }

    /// The four files, each plain or with `.gz` after its name.
    static let fileNames = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// Reads the files in a folder, or in the first of the usual places that has any.
    ///
    /// - Throws: ``ConvNetError`` as ``MNIST/load(from:)`` says.
    package func load(from folder: String? = nil) throws -> (train: Dataset, test: Dataset) {
        let places = places(folder: folder, environment: ProcessInfo.processInfo.environment)
        guard let place = firstWithFiles(of: places) else {
            throw ConvNetError(
                .missingInput,
                "\(title)'s files are not in \(places.joined(separator: ", ")); set DIGITS_DATA to the folder "
                    + "that holds \(ownsRoots ? "" : "\(name)/")\(Self.fileNames[0]).gz and the other three, or name the "
                    + "folder")
        }
        let found = try Self.fileNames.map { name in
            guard let path = Self.existingFile(named: name, in: place) else {
                throw ConvNetError(
                    .missingInput, path: "\(place)/\(name)",
                    "this file of \(title) is missing, plain and with .gz; put it beside the others")
            }
            return path
        }
        return (
            try dataset(images: found[0], labels: found[1]), try dataset(images: found[2], labels: found[3])
        )
    }

    /// The folder whose files ``load(from:)`` reads, or nil where no place has any.
    package func location(folder: String? = nil) -> String? {
        firstWithFiles(of: places(folder: folder, environment: ProcessInfo.processInfo.environment))
    }

    /// The folders that may hold the four files, first choice first.
    package func places(folder: String?, environment: [String: String]) -> [String] {
        if let folder { return [folder, "\(folder)/\(name)"] }
        let data = environment["DIGITS_DATA"].flatMap { $0.isEmpty ? nil : $0 }
        let roots = [data, Self.cache(environment)].compactMap(\.self)
        return roots.flatMap { ownsRoots ? [$0, "\($0)/\(name)"] : ["\($0)/\(name)"] }
    }

    /// The folder of the user's cache that holds the files once they were fetched; nil where there is no cache.
    package func cacheFolder(environment: [String: String]) -> String? {
        Self.cache(environment).map { "\($0)/\(name)" }
    }

    private static func cache(_ environment: [String: String]) -> String? {
        // The XDG base directory specification wants relative paths ignored.
        if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") { return "\(path)/convnet" }
        return environment["HOME"].map { "\($0)/.cache/convnet" }
    }

    private func firstWithFiles(of places: [String]) -> String? {
        places.first { place in Self.fileNames.contains { Self.existingFile(named: $0, in: place) != nil } }
    }

    private static func existingFile(named name: String, in folder: String) -> String? {
        ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { FileManager.default.fileExists(atPath: $0) }
    }

    private func dataset(images imagePath: String, labels labelPath: String) throws -> Dataset {
        let images = try IDXFile.read(imagePath)
        guard images.dimensions.count == 3, Array(images.dimensions[1...]) == [28, 28] else {
            throw ConvNetError(
                .invalidData, path: imagePath,
                "its dimensions are \(images.dimensions), but \(title)'s images are "
                    + "[count, 28, 28]; put \(title)'s own file there")
        }
        let labels = try IDXFile.read(labelPath)
        guard labels.dimensions.count == 1 else {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "its dimensions are \(labels.dimensions), but \(title)'s labels are "
                    + "[count]; put \(title)'s own file there")
        }
        guard labels.bytes.count == images.dimensions[0] else {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "it has \(labels.bytes.count) labels, but \(imagePath) has "
                    + "\(images.dimensions[0]) images; put two files there that belong together")
        }
        if let wrong = labels.bytes.firstIndex(where: { $0 >= classNames.count }) {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "label \(labels.bytes[wrong]) at position \(wrong) is none of \(title)'s 0…\(classNames.count - 1); "
                    + "put \(title)'s own file there")
        }
        return try Dataset(
            name: name, bytes: images.bytes, imageShape: [28, 28, 1], labels: labels.bytes.map { Int($0) },
            classNames: classNames)
    }
}
