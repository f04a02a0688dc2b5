/// A network of one of the notebooks that taught handwritten digits with Keras, with that notebook's settings.
///
/// ```swift
/// let network = try BuiltinNetwork.named("cnn-compact")
/// let model = try network.model(seed: 1)
/// try model.fit(train, epochs: network.epochs, batchSize: network.batchSize)
/// ```
public struct BuiltinNetwork: Sendable {
    /// What it is called on the command line.
    public let name: String
    /// The notebook, by its number and section.
    public let notebook: String
    /// The layers in one line.
    public let title: String
    /// Dimensions of one example.
    public let inputShape: [Int]
    /// In order.
    public let layers: [any Layer]
    /// The notebook's optimizer.
    public let optimizer: any Optimizer
    /// The notebook's loss.
    public let loss: Loss
    /// Examples a step.
    public let batchSize: Int
    /// Passes over the training data.
    public let epochs: Int
    /// Share of the training data, taken from its end, that is measured and not trained on.
    public let validationSplit: Double
    /// Accuracy on the MNIST test set that the notebook prints, or says in words.
    public let publishedAccuracy: Double

    /// The network, compiled, its weights drawn by the seed.
    ///
    /// - Parameter seed: Decides the first weights, the shuffling and the dropout masks.
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where layers were changed so that they do not fit.
    public func model(seed: UInt64 = 0) throws -> Sequential {
        let model = try Sequential(inputShape: inputShape, name: name, seed: seed, layers: layers)
        model.compile(optimizer: optimizer, loss: loss, metrics: [.accuracy])
        return model
    }

    /// The network of a name.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` that lists the names.
    public static func named(_ name: String) throws -> BuiltinNetwork {
        guard let network = all.first(where: { $0.name == name }) else {
            throw ConvNetError(
                .invalidArgument,
                "there is no network \(name); choose one of \(all.map(\.name).joined(separator: ", "))")
        }
        return network
    }

    /// The network that is trained when none is named.
    public static let standardName = "cnn-compact"

    private static let image = [28, 28, 1]

    /// All nine, in the notebooks' order.
    public static let all: [BuiltinNetwork] = [
        BuiltinNetwork(
            name: "mlp-deep", notebook: "000, fully connected", title: "784-512-256-128-32-10, ReLU",
            inputShape: image,
            layers: [
                Flatten(), Dense(512, activation: .relu), Dense(256, activation: .relu),
                Dense(128, activation: .relu), Dense(32, activation: .relu), Dense(10, activation: .softmax),
            ],
            optimizer: RMSprop(), loss: .categoricalCrossentropy, batchSize: 128, epochs: 3, validationSplit: 0.3,
            publishedAccuracy: 0.96),
        BuiltinNetwork(
            name: "cnn-basic", notebook: "000, convolutional", title: "conv 32@3, pool, ReLU, dense 128, 10",
            inputShape: image,
            layers: [
                Conv2D(32, kernelSize: 3), MaxPooling2D(), Activation(.relu), Flatten(),
                Dense(128, activation: .relu), Dense(10, activation: .softmax),
            ],
            optimizer: RMSprop(), loss: .categoricalCrossentropy, batchSize: 128, epochs: 3, validationSplit: 0.3,
            publishedAccuracy: 0.96),
        BuiltinNetwork(
            name: "mlp-baseline", notebook: "001, part 1", title: "784-784-10, ReLU, random normal weights",
            inputShape: image,
            layers: [
                Flatten(), Dense(784, activation: .relu, kernelInitializer: .randomNormal()),
                Dense(10, activation: .softmax, kernelInitializer: .randomNormal()),
            ],
            optimizer: Adam(), loss: .categoricalCrossentropy, batchSize: 200, epochs: 10, validationSplit: 0,
            publishedAccuracy: 0.9818),
        BuiltinNetwork(
            name: "cnn-simple", notebook: "001, part 2", title: "conv 32@5, pool, dropout 0.2, dense 128, 10",
            inputShape: image,
            layers: [
                Conv2D(32, kernelSize: 5, activation: .relu), MaxPooling2D(), Dropout(0.2), Flatten(),
                Dense(128, activation: .relu), Dense(10, activation: .softmax),
            ],
            optimizer: Adam(), loss: .categoricalCrossentropy, batchSize: 200, epochs: 4, validationSplit: 0,
            publishedAccuracy: 0.9878),
        BuiltinNetwork(
            name: "cnn-large", notebook: "001, part 3",
            title: "conv 30@5, pool, conv 15@3, pool, dropout 0.2, dense 128, 50, 10", inputShape: image,
            layers: [
                Conv2D(30, kernelSize: 5, activation: .relu), MaxPooling2D(),
                Conv2D(15, kernelSize: 3, activation: .relu), MaxPooling2D(), Dropout(0.2), Flatten(),
                Dense(128, activation: .relu), Dense(50, activation: .relu), Dense(10, activation: .softmax),
            ],
            optimizer: Adam(), loss: .categoricalCrossentropy, batchSize: 200, epochs: 10, validationSplit: 0,
            publishedAccuracy: 0.9906),
        BuiltinNetwork(
            name: "cnn-wide", notebook: "002",
            title: "conv 32@3, conv 64@3, pool, dropout 0.25, dense 128, dropout 0.5, 10", inputShape: image,
            layers: [
                Conv2D(32, kernelSize: 3, activation: .relu), Conv2D(64, kernelSize: 3, activation: .relu),
                MaxPooling2D(), Dropout(0.25), Flatten(), Dense(128, activation: .relu), Dropout(0.5),
                Dense(10, activation: .softmax),
            ],
            optimizer: RMSprop(), loss: .categoricalCrossentropy, batchSize: 32, epochs: 10, validationSplit: 0,
            publishedAccuracy: 0.9807),
        BuiltinNetwork(
            name: "mlp-sigmoid", notebook: "003, ANN", title: "784-512-128-10, sigmoid, squared error: it fails",
            inputShape: image,
            layers: [
                Flatten(), Dense(512, activation: .sigmoid), Dense(128, activation: .sigmoid),
                Dense(10, activation: .softmax),
            ],
            optimizer: SGD(learningRate: 0.01), loss: .meanSquaredError, batchSize: 128, epochs: 5,
            validationSplit: 0, publishedAccuracy: 0.128),
        BuiltinNetwork(
            name: "cnn-batchnorm", notebook: "003, CNN",
            title: "conv 32@3, BN, conv 32@3, BN, pool, dense 128, BN, dropout 0.2, 10", inputShape: image,
            layers: [
                Conv2D(32, kernelSize: 3), BatchNormalization(), Activation(.relu), Conv2D(32, kernelSize: 3),
                BatchNormalization(), Activation(.relu), MaxPooling2D(), Flatten(), Dense(128),
                BatchNormalization(), Activation(.relu), Dropout(0.2), Dense(10), Activation(.softmax),
            ],
            optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy, batchSize: 64, epochs: 1,
            validationSplit: 0, publishedAccuracy: 0.9812),
        BuiltinNetwork(
            name: "cnn-compact", notebook: "004",
            title: "conv 32@3, pool, conv 32@3, pool, dropout 0.25, dense 128, 10", inputShape: image,
            layers: [
                Conv2D(32, kernelSize: 3, activation: .relu), MaxPooling2D(),
                Conv2D(32, kernelSize: 3, activation: .relu), MaxPooling2D(), Dropout(0.25), Flatten(),
                Dense(128, activation: .relu), Dense(10, activation: .softmax),
            ],
            optimizer: Adam(), loss: .categoricalCrossentropy, batchSize: 32, epochs: 4, validationSplit: 0,
            publishedAccuracy: 0.9902),
    ]
}
