import Foundation
import Synchronization
import Testing

@testable import ConvNet

@Suite struct PredictorTests {
    private func made() throws -> Sequential {
        let model = try Sequential(inputShape: [10, 10, 1], seed: 1) {
            Conv2D(6, kernelSize: 3, padding: .same)
            BatchNormalization()
            Activation(.silu)
            MaxPooling2D()
            Dropout(0.5)
            Flatten()
            Dense(20, activation: .relu)
            Dense(10, activation: .softmax)
        }
        model.compile(optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy)
        return model
    }

    private let x = Tensor.uniform([300, 10, 10, 1], seed: 2)

    private func rows(_ range: Range<Int>, of tensor: Tensor) -> Tensor {
        let size = tensor.count / tensor.shape[0]
        return Tensor(
            shape: [range.count] + tensor.shape.dropFirst(),
            scalars: Array(tensor.scalars[size * range.lowerBound..<size * range.upperBound]))
    }

    /// A predictor works batch normalisation into the weights before it. The outputs are probabilities.
    private func isSameUpToRounding(_ a: Tensor, _ b: Tensor) -> Bool {
        a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-6 }
    }

    @Test func eightThreadsAtOnceGetWhatOneGets() throws {
        let model = try made()
        let predictor = model.predictor()
        // Small requests, which run on the threads themselves, and large ones, which the compute thread takes in turn.
        let requests = [0..<300, 0..<1, 17..<20, 100..<300, 299..<300, 40..<72, 0..<150, 8..<9]
        let expected = requests.map { predictor.predict(rows($0, of: x)) }
        let wrong = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8 * requests.count) { iteration in
            let number = (iteration + iteration / 8) % requests.count
            let images = rows(requests[number], of: x)
            if predictor.predict(images) != expected[number] { wrong.withLock { $0.append("outputs of \(number)") } }
            if predictor.predictClasses(images) != expected[number].classes {
                wrong.withLock { $0.append("classes of \(number)") }
            }
        }
        #expect(wrong.withLock { $0 } == [])
    }

    @Test func smallAndLargeRequestsGiveTheSameBits() throws {
        let model = try made()
        let predictor = model.predictor()
        #expect(model.graph.cost < InferenceEngine.ownThreadCost, "one image is small")
        let many = Tensor.uniform([2000, 10, 10, 1], seed: 3)
        #expect(model.graph.cost * 2000 > InferenceEngine.ownThreadCost, "two thousand are not")
        let all = predictor.predict(many, batchSize: 1)
        for index in [0, 1, 150, 1999] {
            let one = predictor.predict(rows(index..<index + 1, of: many), batchSize: 1)
            #expect(one == rows(index..<index + 1, of: all))
        }
    }

    /// The second request in a row has workers beside the caller, and the third perhaps not: nobody can tell.
    @Test func workersBesideTheCallerChangeNothing() throws {
        let model = try BuiltinNetwork.named("cnn-wide").model(seed: 1)
        let predictor = model.predictor()
        let image = Tensor.uniform([1, 28, 28, 1], seed: 4)
        let first = predictor.predict(image)
        for _ in 0..<50 { #expect(predictor.predict(image) == first) }
    }

    /// Kernels for few rows may add in another order than those for many.
    @Test(arguments: BuiltinNetwork.all.map(\.name))
    func theBatchSizeDecidesLastBitsOnly(name: String) throws {
        let network = try BuiltinNetwork.named(name)
        let predictor = try network.model(seed: 3).predictor()
        let x = Tensor.uniform([37] + network.inputShape, seed: 4)
        let expected = predictor.predict(x, batchSize: 37)
        for size in [1, 2, 3, 5, 16, 36] {
            expectClose(predictor.predict(x, batchSize: size), expected, .sum(of: 9216), "batches of \(size)")
        }
        for size in [64, Int.max] { #expect(predictor.predict(x, batchSize: size) == expected) }
    }

    /// Executions are used again for smaller batches, whose rows lie in memory that held others.
    @Test func whatWasPredictedBeforeLeavesNoTrace() throws {
        let predictor = try made().predictor()
        let fresh = try made().predictor()
        _ = predictor.predict(x, batchSize: 256)
        for range in [5..<6, 5..<8, 20..<50] {
            #expect(predictor.predict(rows(range, of: x)) == fresh.predict(rows(range, of: x)))
        }
    }

    @Test func laterTrainingChangesNothing() throws {
        let model = try made()
        let predictor = model.predictor()
        let before = predictor.predict(x)
        #expect(isSameUpToRounding(try model.predict(x), before))
        try model.fit(x: x, y: Tensor(shape: [300], scalars: (0..<300).map { Float($0 % 10) }))
        #expect(predictor.predict(x) == before)
        #expect(!isSameUpToRounding(try model.predict(x), before))
        #expect(isSameUpToRounding(model.predictor().predict(x), try model.predict(x)))
    }

    @Test func itOutlivesItsNetwork() throws {
        func predictor() throws -> (Predictor, Tensor) {
            let model = try made()
            return (model.predictor(), try model.predict(x))
        }
        let (predictor, expected) = try predictor()
        #expect(isSameUpToRounding(predictor.predict(x), expected))
        #expect(predictor.inputShape == [10, 10, 1])
        #expect(predictor.outputShape == [10])
    }

    /// A step over large images would read and write more than a cache holds.
    @Test func largeImagesGoThroughInParts() throws {
        let model = try Sequential(inputShape: [80, 80, 1], seed: 1) {
            Conv2D(64, kernelSize: 3, activation: .relu)
            GlobalAveragePooling2D()
            Dense(40)
        }
        let images = Tensor.uniform([20, 80, 80, 1], seed: 3)
        // 1.6 MB an image, so seven at most: 7, 7 and 6.
        for predict in [model.predictor().predict, { try model.predict($0, batchSize: $1) }] {
            #expect(try predict(images, 20) == predict(images, 7))
            #expect(try predict(images, 20).shape == [20, 40])
        }
    }

    /// Products leave zeros out, but zero times NaN is NaN.
    @Test(arguments: [1, 3, 40], [Float.nan, .infinity])
    func weightsThatAreNotFiniteShowWhereImagesAreBlank(images: Int, value: Float) throws {
        let model = try Sequential(inputShape: [10, 10, 1], seed: 1) {
            Flatten()
            Dense(80)
        }
        let (name, kernel) = try #require(model.weights.first)
        let x = Tensor(
            shape: [images, 10, 10, 1], scalars: (0..<images * 100).map { $0 % 100 < 70 ? 0 : Float($0 % 7) })
        let finite = model.predictor().predict(x)
        var scalars = kernel.scalars
        scalars[5 * 80 + 17] = value
        try model.setWeights([name: Tensor(shape: kernel.shape, scalars: scalars)])
        for outputs in [model.predictor().predict(x), try model.predict(x)] {
            for (index, output) in outputs.scalars.enumerated() {
                #expect(index % 80 == 17 ? output.isNaN : output == finite.scalars[index])
            }
        }
    }

    @Test func memoryIsGivenBack() throws {
        weak var network: Sequential?
        weak var predictor: Predictor?
        do {
            let model = try made()
            network = model
            let made = model.predictor()
            predictor = made
            _ = made.predict(x)
            try model.fit(x: x, y: .zeros([300]), callbacks: [EarlyStopping(monitor: "loss")])
        }
        #expect(network == nil)
        #expect(predictor == nil)
    }

    @Test func examplesOfAnotherShapeStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let predictor = try Sequential(inputShape: [3, 2]) { Flatten() }.predictor()
            _ = predictor.predict(.zeros([1, 2, 3]))
        }
    }

    @Test func dropoutAndStatisticsDoNothingInInference() throws {
        let model = try Sequential(inputShape: [4]) {
            Dropout(0.9)
            BatchNormalization(epsilon: 0)
        }
        let x = Tensor.uniform([5, 4], seed: 1)
        #expect(try model.predict(x) == x)
        #expect(model.predictor().predict(x) == x)
    }
}
