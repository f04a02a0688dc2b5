import ConvNet
import ConvNetImages

/// What a network reads in pictures.
struct PictureReading: Encodable {
    /// One digit of a picture.
    struct Digit: Encodable {
        let digit: Int
        /// The class's name, where it is not the digit itself.
        let name: String
        let probability: JSONNumber
        let probabilities: [JSONNumber]
        let box: PixelBox
        /// What the network saw.
        let seen: Picture

        private enum CodingKeys: CodingKey {
            case digit, name, probability, probabilities, box
        }
    }

    let image: String
    let digits: [Digit]
    /// What the probabilities look like in text.
    private let percentages: [String]

    init(image: String, digits: [Digit], percentages: [String]) {
        self.image = image
        self.digits = digits
        self.percentages = percentages
    }

    private enum CodingKeys: CodingKey {
        case image, text, digit, probability, probabilities, digits, message
    }

    /// The digits read one after the other.
    private var text: String { digits.map(\.name).joined() }

    private static let nothing = "no digit found"

    /// `digit` and what belongs to it are null unless there is exactly one; `digits` has them all.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let only = digits.count == 1 ? digits.first : nil
        try container.encode(image, forKey: .image)
        try container.encode(text, forKey: .text)
        try container.encode(only?.digit, forKey: .digit)
        try container.encode(only?.probability, forKey: .probability)
        try container.encode(only?.probabilities, forKey: .probabilities)
        try container.encode(digits, forKey: .digits)
        if digits.isEmpty { try container.encode(Self.nothing, forKey: .message) }
    }

    /// For people: `photo.jpg: 7 (99.8 %)`, or `page.png: 42 (99.8 %, 97.1 %)`.
    var line: String {
        digits.isEmpty
            ? "\(image): \(Self.nothing)\n" : "\(image): \(text) (\(percentages.joined(separator: ", ")))\n"
    }
}

/// A network together with what its file says about the pictures that it was trained for.
struct PictureReader {
    private let model: Sequential
    private let names: [String]

    /// - Parameter path: The model, in errors.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the network does not read digits of 28 x 28 pixels.
    init(_ model: Sequential, path: String) throws {
        let input = model.inputShape
        let side = DigitFinder.imageSide
        guard input == [side * side] || input.filter({ $0 != 1 }) == [side, side] else {
            throw ConvNetError(
                .invalidArgument, path: path,
                "this network takes inputs of shape \(input), but digits in pictures become images of "
                    + "\(side) x \(side) pixels; name a model trained on such images, or measure this one with --data")
        }
        guard model.outputShape.count == 1, model.outputShape[0] >= 2 else {
            throw ConvNetError(
                .invalidArgument, path: path,
                "this network gives outputs of shape \(model.outputShape); name one that gives a probability for each class"
            )
        }
        let named = model.info.classNames
        if let word = named.first(where: { $0.count != 1 }) {
            throw ConvNetError(
                .invalidArgument, path: path,
                "this network tells classes like '\(word)', not written characters, which is all that is looked for in "
                    + "pictures; measure it with --data")
        }
        names = named.count == model.outputShape[0] ? named : (0..<model.outputShape[0]).map { "\($0)" }
        self.model = model
    }

    /// Reads one picture file.
    func read(_ path: String) throws -> PictureReading {
        let picture = try Picture.read(path, enoughSide: DigitFinder.workingSide)
        let found = DigitFinder().digits(in: picture)
        guard !found.isEmpty else { return PictureReading(image: path, digits: [], percentages: []) }
        // Bytes, prepared as the model's file says.
        let scale = model.info.preprocessing.scale
        let outputs = try model.predict(
            Tensor(
                shape: [found.count] + model.inputShape,
                scalars: found.flatMap { $0.image.pixels.map { Float($0) * scale } }))
        let classes = model.outputShape[0]
        var percentages: [String] = []
        let digits = found.enumerated().map { index, digit in
            let row = outputs.scalars[(index * classes)..<((index + 1) * classes)].map { Double($0) }
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            percentages.append("\(NumberText.fixed(100 * row[best], digits: 1)) %")
            return PictureReading.Digit(
                digit: best, name: names[best], probability: JSONNumber(row[best]),
                probabilities: row.map { JSONNumber($0) }, box: digit.box, seen: digit.image)
        }
        return PictureReading(image: path, digits: digits, percentages: percentages)
    }
}
