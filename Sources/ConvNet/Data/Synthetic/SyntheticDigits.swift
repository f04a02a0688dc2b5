/// Drawn digits in MNIST's form, for machines where MNIST is not: as many as wanted, without a download.
///
/// Each digit is drawn from a skeleton of strokes, of which there are several ways of writing for every digit. Strokes
/// are bent, moved and joined at random, the whole is slanted, turned and stretched, a pen of some width and pressure
/// draws it, and the ink is placed as MNIST's makers did: fitted into 20 x 20 pixels, its centre of mass in the middle
/// of 28 x 28.
///
/// ```swift
/// let (train, test) = try SyntheticDigits.load()
/// ```
public enum SyntheticDigits {
    /// What the data set is called in results.
    public static let name = "synthetic"

    /// Draws training images and test images.
    ///
    /// Image `i` of a seed is always the same, whatever the counts and the number of threads; the test images go on where
    /// the training images end.
    ///
    /// - Parameters:
    ///   - train: How many images to train on.
    ///   - test: How many images to test with, none of them among the former.
    ///   - seed: Another seed gives other digits.
    /// - Returns: Images of shape `[28, 28, 1]`, scaled to 0…1, with the digits as labels, each as likely as any other.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` for counts below 0 or too large for memory.
    public static func load(
        train: Int = 60_000, test: Int = 10_000, seed: UInt64 = 0
    ) throws -> (train: Dataset, test: Dataset) {
        guard train >= 0, test >= 0, train <= maximumCount, test <= maximumCount - train else {
            throw ConvNetError(
                .invalidArgument,
                "\(train) and \(test) synthetic digits; give counts from 0 on, together at most \(maximumCount)")
        }
        let all = try draw(train + test, seed: seed)
        return (all[0..<train], all[train..<train + test])
    }

    /// 2 GB of pixels.
    private static let maximumCount = 2_700_000

    private static func draw(_ count: Int, seed: UInt64) throws -> Dataset {
        let size = DigitWriter.side * DigitWriter.side
        let bytes = ComputeThread.shared.run {
            Kernels.images(count: count, size: size, work: operations) { range, images in
                var writer = DigitWriter()
                for number in range {
                    var dice = Dice(seed: seed, number: UInt64(number))
                    let digit = label(&dice)
                    writer.write(digit, &dice, into: &images, at: (number - range.lowerBound) * size)
                }
            }
        }
        let labels = (0..<count).map { number in
            var dice = Dice(seed: seed, number: UInt64(number))
            return label(&dice)
        }
        return try Dataset(
            name: name, bytes: bytes, imageShape: [DigitWriter.side, DigitWriter.side, 1], labels: labels,
            classNames: (0...9).map { "\($0)" })
    }

    /// The first thing that is drawn for an image.
    private static func label(_ dice: inout Dice) -> Int {
        min(Int(dice.share() * 10), 9)
    }

    /// Floating-point operations a digit, roughly.
    private static let operations = 30_000
}
