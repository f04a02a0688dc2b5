/// Images in an npz file with the arrays `x_train`, `y_train`, `x_test` and `y_test`, as Keras's `mnist.npz` has them.
public enum ImageArchive {
    /// Reads a file.
    ///
    /// Images have the shape (count, height, width) or (count, height, width, channels), and are bytes, which are scaled to
    /// 0…1, or floats, which are used as they are. Labels are whole numbers from 0, shape (count) or (count, 1). The classes
    /// are the digits, or the numbers up to the largest label where that is above 9.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - name: What the data sets are called in reports.
    /// - Returns: The training images and the test images.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file; `invalidData`, naming the array and what is
    ///   wrong; `inputOutput`.
    public static func load(_ path: String, name: String) throws -> (train: Dataset, test: Dataset) {
        let names = ["x_train", "y_train", "x_test", "y_test"]
        let arrays = try NpzFile.arrays(names, in: path)
        let labels = try [1, 3].map { try Self.labels(arrays[$0], names[$0], path) }
        let classNames = (0...max(9, labels.joined().max() ?? 0)).map { "\($0)" }
        let parts = try [0, 1].map { part in
            try dataset(arrays[2 * part], names[2 * part], labels[part], classNames, name: name, path: path)
        }
        guard parts[0].imageShape == parts[1].imageShape else {
            throw ConvNetError(
                .invalidData, path: path,
                "images of x_train have the shape \(parts[0].imageShape), those of x_test \(parts[1].imageShape); "
                    + "save images of one size")
        }
        return (parts[0], parts[1])
    }

    private static func labels(_ array: NpyArray, _ name: String, _ path: String) throws(ConvNetError) -> [Int] {
        guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1, let labels = array.integers()
        else {
            throw ConvNetError(
                .invalidData, path: path,
                "array '\(name)' has the shape \(array.shape); labels are one whole number an image, shape (count)")
        }
        if let wrong = labels.firstIndex(where: { !(0..<maximumClassCount).contains($0) }) {
            throw ConvNetError(
                .invalidData, path: path,
                "array '\(name)' holds the label \(labels[wrong]) at \(wrong); number the classes from 0")
        }
        return labels
    }

    private static func dataset(
        _ array: NpyArray, _ name: String, _ labels: [Int], _ classNames: [String], name dataset: String, path: String
    ) throws -> Dataset {
        let shape = array.shape
        guard shape.count == 3 || shape.count == 4, !shape.contains(0) else {
            throw ConvNetError(
                .invalidData, path: path,
                "array '\(name)' has the shape \(shape); images are (count, height, width) or (count, height, width, channels)"
            )
        }
        guard shape[0] == labels.count else {
            throw ConvNetError(
                .invalidData, path: path,
                "array '\(name)' has \(shape[0]) images, but there are \(labels.count) labels; save one label an image")
        }
        let imageShape = shape.count == 3 ? Array(shape[1...]) + [1] : Array(shape[1...])
        do {
            if let bytes = array.unsignedBytes() {
                return try Dataset(
                    name: dataset, bytes: bytes, imageShape: imageShape, labels: labels, classNames: classNames)
            }
            let images = Tensor(shape: [shape[0]] + imageShape, scalars: array.floats())
            return try Dataset(name: dataset, images: images, labels: labels, classNames: classNames)
        } catch let error as ConvNetError {
            throw ConvNetError(error.kind, path: path, "array '\(name)': \(error.message)")
        }
    }
}
