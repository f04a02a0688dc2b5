/// MNIST, the handwritten digits: 60,000 images of 28 x 28 pixels for training and 10,000 for the test.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
public enum MNIST {
    /// Its files and where they may be.
    package static let files = IDXDataset(
        name: "mnist", title: "MNIST", classNames: (0...9).map { "\($0)" }, ownsRoots: true)

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
        try files.load(from: folder)
    }
}
