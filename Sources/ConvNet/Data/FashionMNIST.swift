/// Fashion-MNIST: 60,000 and 10,000 grey images of 28 x 28 pixels of ten kinds of clothing, in MNIST's format.
///
/// Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms".
public enum FashionMNIST {
    /// Its files and where they may be. They are named like MNIST's, so they need a folder of their own.
    package static let files = IDXDataset(
        name: "fashion-mnist", title: "Fashion-MNIST",
        classNames: [
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ], ownsRoots: false)

    /// Reads Fashion-MNIST's four IDX files, as ``MNIST/load(from:)`` does MNIST's.
    ///
    /// - Parameter folder: The folder that holds the four files, or holds a folder `fashion-mnist` with them. Without it:
    ///   a folder `fashion-mnist` in the one that `DIGITS_DATA` names, then in `$XDG_CACHE_HOME/convnet` or
    ///   `~/.cache/convnet`.
    /// - Returns: The training images and the test images.
    /// - Throws: ``ConvNetError`` as ``MNIST/load(from:)`` does.
    public static func load(from folder: String? = nil) throws -> (train: Dataset, test: Dataset) {
        try files.load(from: folder)
    }
}
