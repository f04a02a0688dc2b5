import Testing

@testable import ConvNet

@Suite struct AugmentationTests {
    @Test func readsWhatItWrites() throws {
        let text = "rotation=10,zoom=0.1,shift=0.08,shear=5,elastic=34"
        let augmentation = try Augmentation(text)
        #expect(
            augmentation
                == Augmentation(
                    rotationRange: 10, widthShiftRange: 0.08, heightShiftRange: 0.08, shearRange: 5,
                    zoomRange: 0.9...1.1, elastic: .init(alpha: 34, sigma: 4)))
        for text in [
            text, "rotation=180", "width-shift=2,height-shift=0.5,zoom=0.8:1.25", "elastic=8:2.5,fill=constant:0.25",
            "fill=reflect", "shear=1,fill=wrap", "shift=3,fill=constant",
        ] {
            let read = try Augmentation(text)
            #expect(try Augmentation(read.description) == read)
        }
    }

    @Test(arguments: [
        ("", "name=value"), ("rotation", "'rotation'"), ("rotation=x", "degrees"), ("rotation=-1", "0.0 to 180.0"),
        ("rotation=10,rotation=5", "there already"), ("turn=4", "rotation, shift"), ("zoom=1", "zoom=0.1"),
        ("zoom=1.2:0.8", "zoom=0.8:1.1"), ("zoom=0.5:0.7:1", "zoom"), ("shear=90", "0.0 to 89.0"),
        ("shift=nan", "shift=0.08"), ("elastic=3:0", "sigma"), ("elastic=", "alpha"), ("fill=black", "reflect"),
        ("fill=constant:inf", "constant:VALUE"), ("rotation=1,,shear=2", "''"),
    ])
    func namesTheWrongPartAndWhatIsAllowed(text: String, says: String) throws {
        let error = try #require(throws: ConvNetError.self) { try Augmentation(text) }
        #expect(error.kind == .invalidArgument)
        #expect(error.message.contains(says), "\(error.message)")
    }

    private static let strong = Augmentation(
        rotationRange: 12, widthShiftRange: 0.1, heightShiftRange: 0.1, shearRange: 6, zoomRange: 0.85...1.15,
        elastic: .init(), fillMode: .constant(0))

    private func network(seed: UInt64 = 1) throws -> Sequential {
        let model = try Sequential(inputShape: [28, 28, 1], seed: seed) {
            Conv2D(16, kernelSize: 3, strides: 2, activation: .relu)
            MaxPooling2D()
            Flatten()
            Dense(96, activation: .relu)
            Dense(10, activation: .softmax)
        }
        model.compile(optimizer: Adam(learningRate: 0.003), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    /// A network that learns its few images by heart reads new ones better where it never saw the same image twice.
    @Test func raisesTheAccuracyOfANetworkThatOverfits() throws {
        let (train, test) = try SyntheticDigits.load(train: 200, test: 1000, seed: 3)
        let (plain, augmented) = (try network(), try network())
        let history = try plain.fit(train, epochs: 60, batchSize: 20)
        #expect(history["accuracy"].last == 1)
        let augmentation = Augmentation(
            rotationRange: 12, widthShiftRange: 0.05, heightShiftRange: 0.05, shearRange: 10, zoomRange: 0.85...1.15,
            elastic: .init(alpha: 20))
        try augmented.fit(train, epochs: 60, batchSize: 20, augmentation: augmentation)
        let before = try #require(try plain.evaluate(test).accuracy)
        let after = try #require(try augmented.evaluate(test).accuracy)
        #expect(after >= before + 0.05, "\(after) with augmentation, \(before) without")
    }

    /// The same seed gives the same bits with any number of threads, and when training stops and goes on.
    @Test func isTheSameForAnyNumberOfThreads() throws {
        let train = try SyntheticDigits.load(train: 90, test: 0).train
        let threads = ConvNetRuntime.threadCount
        defer { ConvNetRuntime.threadCount = threads }
        var bits: [[[UInt32]]] = []
        for count in [1, 3] {
            ConvNetRuntime.threadCount = count
            let model = try network()
            try model.fit(train, epochs: 2, batchSize: 32, augmentation: Self.strong)
            bits.append(model.weightBits)
        }
        let inParts = try network()
        try inParts.fit(train, epochs: 1, batchSize: 32, augmentation: Self.strong)
        try inParts.fit(train, epochs: 2, batchSize: 32, augmentation: Self.strong, initialEpoch: 1)
        bits.append(inParts.weightBits)
        #expect(bits.allSatisfy { $0 == bits[0] })

        let plain = try network()
        try plain.fit(train, epochs: 2, batchSize: 32)
        #expect(plain.weightBits != bits[0])
        let unchanged = try network()
        try unchanged.fit(train, epochs: 2, batchSize: 32, augmentation: Augmentation())
        #expect(plain.weightBits == unchanged.weightBits)
    }

    /// Tensors, parts of a data set, and images that the network sees as a row are changed like whole data sets.
    @Test func changesImagesOfEveryOrigin() throws {
        let whole = try SyntheticDigits.load(train: 120, test: 0).train
        func weights(_ fit: (Sequential) throws -> History) throws -> [[UInt32]] {
            let model = try Sequential(inputShape: [784], seed: 1) { Dense(10, activation: .softmax) }
            model.compile(optimizer: SGD(), loss: .categoricalCrossentropy)
            _ = try fit(model)
            return model.weightBits
        }
        let shifted = Augmentation(widthShiftRange: 3)
        let bytes = try weights { try $0.fit(whole[40..<120], augmentation: shifted) }
        let floats = try Dataset(images: whole.images, labels: whole.labels.map { Int($0) })
        let part = try weights { try $0.fit(floats[40..<120], augmentation: shifted) }
        for (fromBytes, fromFloats) in zip(bytes.joined(), part.joined()) {
            // Bytes are scaled after the resampling, floats came scaled.
            #expect(abs(Float(bitPattern: fromBytes) - Float(bitPattern: fromFloats)) < 1e-5)
        }
        let copy = try Dataset(images: whole[40..<120].images, labels: whole[40..<120].labels.map { Int($0) })
        #expect(try weights { try $0.fit(copy, augmentation: shifted) } == part)
        let labels = Tensor(shape: [80], scalars: copy.labels.map { Float($0) })
        #expect(try weights { try $0.fit(x: copy.images, y: labels, augmentation: shifted) } == part)
        #expect(try weights { try $0.fit(copy) } != part)
    }

    @Test func refusesWhatIsNoImageAndSettingsOutsideOfTheirLimits() throws {
        let rows = Tensor(shape: [4, 784], scalars: [Float](repeating: 0.5, count: 4 * 784))
        let labels = Tensor(shape: [4], scalars: [0, 1, 2, 3])
        let error = try #require(throws: ConvNetError.self) {
            try network().fit(x: rows, y: labels, augmentation: Augmentation(rotationRange: 5))
        }
        #expect(error.message.contains("[height, width, channels]"), "\(error.message)")
        let train = try SyntheticDigits.load(train: 4, test: 0).train
        #expect(throws: ConvNetError.self) {
            try network().fit(train, augmentation: Augmentation(shearRange: .nan))
        }
    }
}
