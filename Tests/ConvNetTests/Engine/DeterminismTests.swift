import Testing

@testable import ConvNet

/// The same seed gives the same bits, whatever the number of threads. Serialized: the number of threads is one for all.
@Suite(.serialized) struct DeterminismTests {
    /// Every kind of step whose kernel cuts work or draws random numbers, on enough of it to be worth two threads.
    private func train(seed: UInt64 = 9, threads: Int) throws -> (bits: [[UInt32]], losses: [Double]) {
        let before = ConvNetRuntime.threadCount
        ConvNetRuntime.threadCount = threads
        defer { ConvNetRuntime.threadCount = before }
        let model = try Sequential(inputShape: [28, 28, 1], seed: seed) {
            Conv2D(32, kernelSize: 3, activation: .relu)
            BatchNormalization()
            MaxPooling2D()
            Dropout(0.25)
            Conv2D(24, kernelSize: 3)
            BatchNormalization()
            Activation(.relu)
            AveragePooling2D()
            Flatten()
            Dense(64, activation: .tanh)
            Dropout(0.5)
            Dense(10, activation: .softmax)
        }
        model.compile(
            optimizer: Adam(learningRate: 0.01, clipping: .globalNorm(1)), loss: .categoricalCrossentropy,
            metrics: [.accuracy])
        // The last of the four steps of an epoch has fewer examples.
        let x = Tensor.uniform([100, 28, 28, 1], seed: 1)
        let y = Tensor(shape: [100], scalars: (0..<100).map { Float($0 * 7 % 10) })
        let history = try model.fit(x: x, y: y, epochs: 2, batchSize: 32, validationSplit: 0.1)
        return (model.weights.map { $0.tensor.scalars.map(\.bitPattern) }, history["loss"] + history["val_loss"])
    }

    @Test func oneAndTwoThreadsGiveTheSameBits() throws {
        let one = try train(threads: 1)
        let two = try train(threads: 2)
        let three = try train(threads: 3)
        #expect(one.bits == two.bits)
        #expect(one.losses == two.losses)
        #expect(one.bits == three.bits)
    }

    @Test func twoRunsGiveTheSameBits() throws {
        let first = try train(threads: 2)
        let second = try train(threads: 2)
        #expect(first.bits == second.bits)
        #expect(first.losses == second.losses)
    }

    /// Otherwise the two tests above would compare constants.
    @Test func anotherSeedGivesOtherBits() throws {
        let first = try train(threads: 2)
        let second = try train(seed: 10, threads: 2)
        #expect(first.bits != second.bits)
        #expect(first.losses.allSatisfy { $0.isFinite })
    }

    @Test(arguments: BuiltinNetwork.all.map(\.name))
    func builtinNetworks(_ name: String) throws {
        let network = try BuiltinNetwork.named(name)
        let x = Tensor.uniform([48] + network.inputShape, seed: 2)
        let y = Tensor(shape: [48], scalars: (0..<48).map { Float($0 * 3 % 10) })
        func train(threads: Int) throws -> [[UInt32]] {
            let before = ConvNetRuntime.threadCount
            ConvNetRuntime.threadCount = threads
            defer { ConvNetRuntime.threadCount = before }
            let model = try network.model(seed: 4)
            try model.fit(x: x, y: y, batchSize: 32)
            return model.weights.map { $0.tensor.scalars.map(\.bitPattern) } + [
                try model.predict(x).scalars.map(\.bitPattern)
            ]
        }
        let (one, two) = (try train(threads: 1), try train(threads: 2))
        #expect(one == two)
    }

    /// A build without OpenMP would pass all of the above.
    @Test(arguments: [1, 2]) func threadsReallyRun(_ count: Int) {
        let before = ConvNetRuntime.threadCount
        ConvNetRuntime.threadCount = count
        defer { ConvNetRuntime.threadCount = before }
        #expect(ConvNetRuntime.observedThreadCount() == count)
    }
}
