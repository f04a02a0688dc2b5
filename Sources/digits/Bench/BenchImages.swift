import ConvNet

/// The images that `digits bench models` trains on and predicts.
struct BenchImages {
    /// As on the command line.
    let name: String
    let train: Dataset
    let test: Dataset

    /// What noise is called.
    static let noise = "noise"
    private static let mostPredicted = 10_000
    /// Of the built-in networks' images.
    private static let shape = [28, 28, 1]

    /// - Parameters:
    ///   - name: A data set, or noise.
    ///   - count: At most so many images to train on.
    /// - Throws: ``ConvNetError`` where the data set cannot be had, or its images are not labelled.
    init(_ name: String, count: Int) throws {
        self.name = name
        let predicted = min(Self.mostPredicted, count)
        switch name {
        case Self.noise:
            train = try Self.drawNoise(count)
            test = train.prefix(predicted)
        case SyntheticDigits.name:
            (train, test) = try SyntheticDigits.load(train: count, test: predicted)
        default:
            let data = try DataSource(name).load()
            try data.requireLabels()
            train = data.train.prefix(count)
            test = data.test.prefix(predicted)
        }
    }

    /// Random pixels, none of them zero.
    private static func drawNoise(_ count: Int) throws -> Dataset {
        var random = Philox(seed: 1)
        let bytes = (0..<count * shape.reduce(1, *)).map { _ in UInt8.random(in: 1...255, using: &random) }
        return try Dataset(
            name: noise, bytes: bytes, imageShape: shape, labels: (0..<count).map { $0 % 10 },
            classNames: (0..<10).map { "\($0)" })
    }
}
