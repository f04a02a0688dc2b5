import CKernels
import Testing

@testable import ConvNet

/// The nine built-in networks against Keras, from the same weights on the same images: outputs, loss, every gradient, and
/// the losses and weights of ten steps of training.
///
/// Compared is with Keras in float64. What bounds the difference is how far Keras's own float32 is from that: it carries
/// the same number of roundings, in another order. Eight times its largest error of some dozens of samples, and eight
/// roundings where that happens to be small, is what another order may do.
@Suite struct NetworkParityTests {
    @Test func everyNetworkIsThere() throws {
        #expect(try Fixture.cases("networks").map(\.name) == BuiltinNetwork.all.map(\.name))
    }

    @Test(arguments: try Fixture.cases("networks"))
    func firstBatch(_ keras: KerasCase) throws {
        let reference = try NetworkReference(keras)
        let model = try reference.model()
        #expect(model.parameterCount == keras.settings["parameters"]?.integer)
        #expect(model.compilation?.loss.name == (try keras.text("loss")))
        let (x, y) = reference.batch(step: 0)
        reference.expect(try model.predict(x), "predictions")

        let session = try model.makeSession(batch: reference.batchSize, isTraining: true)
        let loss = ComputeThread.shared.run {
            do {
                session.load(try model.examples(x: x, y: y), reference.indices, count: reference.batchSize)
            } catch {
                Issue.record(error)
            }
            let loss = session.forward(count: reference.batchSize, step: 0)
            session.backward(count: reference.batchSize, step: 0)
            return loss
        }
        reference.expect(Tensor(shape: [reference.batchSize, 10], copying: session.execution.output), "outputs")
        reference.expect(Tensor(Float(loss)), "loss")
        var compared = 0
        for (place, parameter) in model.parameters.enumerated() where parameter.isTrainable {
            let gradient = session.gradientValues.slice(parameter.offset, parameter.count)
            let tensor = Tensor(shape: parameter.shape, copying: gradient)
            if reference.undetermined.contains(place) {
                // The bias of a layer before batch normalisation, which takes it away again: its gradient is a sum that
                // cancels, of as many terms as that of gamma, which comes right after it.
                let gamma = try reference.largest("gradients/\(place + 1)")
                let bound = Tolerance.sum(of: 32 * 26 * 26).relative * gamma
                #expect(tensor.scalars.allSatisfy { $0.magnitude <= bound }, "gradient of \(parameter.name)")
            } else {
                try reference.expectDigest(of: tensor, "gradients", place, parameter.name)
            }
            compared += 1
        }
        #expect(compared == keras.tensors(under: "float64/gradients").count / 2)
    }

    @Test(arguments: try Fixture.cases("networks"))
    func tenSteps(_ keras: KerasCase) throws {
        let reference = try NetworkReference(keras)
        let model = try reference.model()
        let optimizer = try #require(keras.settings["optimizer"])
        let expected = try KerasOptimizers.optimizer(
            try #require(optimizer["class_name"]?.string), try #require(optimizer["config"]))
        #expect("\(try #require(model.compilation).optimizer)" == "\(expected)")

        var losses: [Float] = []
        for step in 0..<10 {
            let (x, y) = reference.batch(step: step)
            let history = try model.fit(x: x, y: y, batchSize: reference.batchSize, shuffle: false)
            losses.append(Float(try #require(history["loss"].first)))
        }
        reference.expect(Tensor(shape: [10], scalars: losses), "losses")
        let (names, places) = (model.parameters.map(\.name), model.parameters.indices)
        for place in places where !reference.isUndetermined(place, named: names) {
            try reference.expectDigest(of: model.weights[place].tensor, "after", place, names[place])
        }
    }
}

/// What a case of the fixture says about its network.
private struct NetworkReference {
    let keras: KerasCase
    let index: Int
    let batchSize: Int
    /// Places of the weights whose gradients are 0 but for rounding.
    let undetermined: Set<Int>

    init(_ keras: KerasCase) throws {
        self.keras = keras
        index = try #require(keras.settings["index"]?.integer)
        batchSize = try #require(keras.settings["batch"]?.integer)
        undetermined = Set(try #require(keras.settings["undetermined"]?.integers))
    }

    var indices: [Int32] { Array(0..<Int32(batchSize)) }

    /// Batch normalisation puts some 600,000 values around 0 right before a ReLU and a maximum. Among so many a few lie
    /// within rounding of the kink, and which side they fall on changes a gradient by a hundredth. Direct sums round as
    /// Keras does there; Winograd's other rounding may not, so that network is compared with direct sums, and Winograd in
    /// the networks without batch normalisation.
    private static func convolution(_ name: String) -> ck_conv2d_algorithm {
        name == "cnn-batchnorm" ? CK_CONV2D_DIRECT : CK_CONV2D_AUTOMATIC
    }

    /// The built-in network with hashed weights and without dropout.
    func model() throws -> Sequential {
        let network = try BuiltinNetwork.named(keras.name)
        let layers = network.layers.map { layer in
            guard var dropout = layer as? Dropout else { return layer }
            dropout.rate = 0
            return dropout
        }
        let named = try Sequential.named(layers)
        let graph = try Sequential.graph(
            inputShape: network.inputShape, layers: named, convolution: Self.convolution(keras.name))
        let model = Sequential(name: keras.name, seed: 0, layers: named, graph: graph)
        model.compile(optimizer: network.optimizer, loss: network.loss)
        var weights: [String: Tensor] = [:]
        for (place, parameter) in model.parameters.enumerated() {
            let stream = HashedNumbers.stream(.weights, network: index, index: place)
            let own = try #require(parameter.name.split(separator: "/").last)
            weights[parameter.name] = HashedNumbers.parameter(stream, name: String(own), shape: parameter.shape)
        }
        try model.setWeights(weights)
        return model
    }

    /// The images and one-hot labels of a step.
    func batch(step: Int) -> (x: Tensor, y: Tensor) {
        let shape = [28, 28, 1]
        let templates = HashedNumbers.images(
            HashedNumbers.stream(.templates, network: index, index: 0), shape: [10] + shape)
        let noise = HashedNumbers.images(
            HashedNumbers.stream(.inputs, network: index, index: step), shape: [batchSize] + shape)
        let labels = HashedNumbers.labels(
            HashedNumbers.stream(.labels, network: index, index: step), count: batchSize, classes: 10)
        let size = shape.reduce(1, *)
        var scalars = noise.scalars
        var oneHot = Tensor.zeros([batchSize, 10])
        for (row, label) in labels.enumerated() {
            oneHot[row, label] = 1
            for pixel in 0..<size {
                scalars[row * size + pixel] =
                    (templates.scalars[label * size + pixel] + scalars[row * size + pixel]) / 2
            }
        }
        return (Tensor(shape: noise.shape, scalars: scalars), oneHot)
    }

    func largest(_ name: String) throws -> Float { try keras.tensor("float64/\(name)/digest").scalars[2] }

    /// Whether ten steps leave a weight to chance: one without gradient, which Adam moves by the sign of its rounding, and
    /// the moving mean of what it shifts.
    func isUndetermined(_ place: Int, named names: [String]) -> Bool {
        undetermined.contains(place)
            || (place >= 3 && names[place].hasSuffix("moving_mean") && undetermined.contains(place - 3))
    }

    func expect(_ actual: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let exact = keras.tensors["float64/\(name)"], let rounded = keras.tensors["float32/\(name)"] else {
            Issue.record("case \(keras.name) lacks \(name)", sourceLocation: sourceLocation)
            return
        }
        let largest = exact.scalars.reduce(0) { max($0, $1.magnitude) }
        expectClose(
            actual, exact, tolerance(exact, rounded, relativeTo: largest), name, sourceLocation: sourceLocation)
    }

    /// Compares 64 samples, the sum and the norm of a tensor.
    func expectDigest(
        of tensor: Tensor, _ kind: String, _ place: Int, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let what = "\(kind)/\(place)"
        let exact = try keras.tensor("float64/\(what)/samples")
        let rounded = try keras.tensor("float32/\(what)/samples")
        let largest = try largest(what)
        let places = HashedNumbers.positions(
            HashedNumbers.stream(.samples, network: index, index: place), samples: exact.count, count: tensor.count)
        let tolerance = tolerance(exact, rounded, relativeTo: largest)
        expectClose(
            Tensor(shape: exact.shape, scalars: places.map { tensor.scalars[$0] }), exact, tolerance, scale: largest,
            "\(kind) of \(name)", sourceLocation: sourceLocation)

        // Errors of random signs make the sum's √count times an element's. Those of weights are not random: Adam's first
        // step moves all of them by the same amount, whose rounding is the same for all of a size.
        let digest = try keras.tensor("float64/\(what)/digest").scalars
        let sum = tensor.scalars.reduce(0.0) { $0 + Double($1) }
        let squares = tensor.scalars.reduce(0.0) { $0 + Double($1) * Double($1) }
        let count = Double(tensor.count)
        let scale = Double(largest) * (kind == "after" ? count : count.squareRoot())
        expectClose(
            sum, Double(digest[0]), tolerance, scale: scale, "sum of \(kind) of \(name)",
            sourceLocation: sourceLocation)
        expectClose(
            squares.squareRoot(), Double(digest[1]), tolerance, scale: Double(largest), "norm of \(kind) of \(name)",
            sourceLocation: sourceLocation)
    }

    private func tolerance(_ exact: Tensor, _ rounded: Tensor, relativeTo largest: Float) -> Tolerance {
        let errors = zip(exact.scalars, rounded.scalars).map { ($0 - $1).magnitude }
        return Tolerance(relative: 8 * ((errors.max() ?? 0) / largest + 0x1p-24))
    }
}
