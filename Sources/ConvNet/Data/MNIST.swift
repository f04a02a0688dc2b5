import FoundationEssentials

/// MNIST, the handwritten digits: 60,000 images of 28 x 28 pixels for training and 10,000 for the test.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
public enum MNIST {
    /// The four files, each plain or with `.gz` after its name.
    static let fileNames = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// Reads MNIST's four IDX files.
    ///
    /// Pixels are scaled to 0…1; images have the shape `[28, 28, 1]`, labels are the digits.
    ///
    /// - Parameter folder: The folder that holds the four files, plain or gzip, or holds a folder `mnist` with them.
    ///   Without it: the folder that the environment variable `DIGITS_DATA` names, then `$XDG_CACHE_HOME/convnet` or
    ///   `~/.cache/convnet`.
    /// - Returns: The training images and the test images.
    /// - Throws: ``ConvNetError``: `missingInput` naming every place that was looked in, or the file that is missing
    ///   beside the others; `invalidData` naming the file that is damaged, whose images are not 28 x 28, whose labels
    ///   are not 0…9, or whose number of labels is not the number of images; `inputOutput` where reading fails.
    public static func load(from folder: String? = nil) throws -> (train: Dataset, test: Dataset) {
        let places = places(folder: folder, environment: ProcessInfo.processInfo.environment)
        guard let place = firstWithFiles(of: places) else {
            throw ConvNetError(
                .missingInput,
                "MNIST's files are not in \(places.joined(separator: ", ")); set DIGITS_DATA to the folder "
                    + "that holds \(fileNames[0]).gz and the other three, or name the folder")
        }
        let found = try fileNames.map { name in
            guard let path = existingFile(named: name, in: place) else {
                throw ConvNetError(
                    .missingInput, path: "\(place)/\(name)",
                    "this file of MNIST is missing, plain and with .gz; put it beside the others")
            }
            return path
        }
        return (
            try dataset(images: found[0], labels: found[1]), try dataset(images: found[2], labels: found[3])
        )
    }

    /// The folder whose files ``load(from:)`` reads, or nil where no place has any.
    package static func location() -> String? {
        firstWithFiles(of: places(folder: nil, environment: ProcessInfo.processInfo.environment))
    }

    private static func firstWithFiles(of places: [String]) -> String? {
        places.first { place in fileNames.contains { existingFile(named: $0, in: place) != nil } }
    }

    /// The folders that may hold the four files, first choice first.
    package static func places(folder: String?, environment: [String: String]) -> [String] {
        let roots: [String]
        if let folder {
            roots = [folder]
        } else {
            let cache: String?
            // The XDG base directory specification wants relative paths ignored.
            if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") {
                cache = "\(path)/convnet"
            } else {
                cache = environment["HOME"].map { "\($0)/.cache/convnet" }
            }
            let data = environment["DIGITS_DATA"].flatMap { $0.isEmpty ? nil : $0 }
            roots = [data, cache].compactMap(\.self)
        }
        return roots.flatMap { [$0, "\($0)/mnist"] }
    }

    private static func existingFile(named name: String, in folder: String) -> String? {
        ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { FileManager.default.fileExists(atPath: $0) }
    }

    private static func dataset(images imagePath: String, labels labelPath: String) throws -> Dataset {
        let images = try IDXFile.read(imagePath)
        guard images.dimensions.count == 3, Array(images.dimensions[1...]) == [28, 28] else {
            throw ConvNetError(
                .invalidData, path: imagePath,
                "its dimensions are \(images.dimensions), but MNIST's images are "
                    + "[count, 28, 28]; put MNIST's own file there")
        }
        let labels = try IDXFile.read(labelPath)
        guard labels.dimensions.count == 1 else {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "its dimensions are \(labels.dimensions), but MNIST's labels are "
                    + "[count]; put MNIST's own file there")
        }
        guard labels.bytes.count == images.dimensions[0] else {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "it has \(labels.bytes.count) labels, but \(imagePath) has "
                    + "\(images.dimensions[0]) images; put two files there that belong together")
        }
        if let wrong = labels.bytes.firstIndex(where: { $0 > 9 }) {
            throw ConvNetError(
                .invalidData, path: labelPath,
                "label \(labels.bytes[wrong]) at position \(wrong) is not a digit 0…9; "
                    + "put MNIST's own file there")
        }
        return try Dataset(
            name: "mnist", bytes: images.bytes, imageShape: [28, 28, 1], labels: labels.bytes.map { Int($0) },
            classNames: (0...9).map { "\($0)" })
    }
}
