/// What travels with a network in its file, besides architecture and weights.
public struct ModelInfo: Sendable, Equatable, Codable {
    /// How inputs are prepared before the network sees them.
    public struct Preprocessing: Sendable, Equatable, Codable {
        /// What bytes are multiplied by; 1/255 maps them to 0…1.
        public var scale: Float

        /// - Parameter scale: What bytes are multiplied by.
        public init(scale: Float = 1 / 255) {
            self.scale = scale
        }
    }

    /// How inputs are prepared.
    public var preprocessing: Preprocessing
    /// What each class is called, in the order of the outputs.
    public var classNames: [String]
    /// How it was trained, as names and values for people: data set, epochs, batch size, …
    public var training: [String: String]

    /// - Parameters:
    ///   - preprocessing: How inputs are prepared.
    ///   - classNames: What each class is called, in the order of the outputs.
    ///   - training: How it was trained.
    public init(
        preprocessing: Preprocessing = Preprocessing(), classNames: [String] = [], training: [String: String] = [:]
    ) {
        self.preprocessing = preprocessing
        self.classNames = classNames
        self.training = training
    }

    private enum CodingKeys: String, CodingKey {
        case preprocessing, training
        case classNames = "class_names"
    }
}
