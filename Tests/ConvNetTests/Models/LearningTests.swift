import Foundation
import Testing

@testable import ConvNet

/// Networks do learn: with every optimizer, loss and kind of layer.
@Suite struct LearningTests {
    static let optimizers: [any Optimizer] = [
        SGD(learningRate: 0.2), SGD(learningRate: 0.05, momentum: 0.9),
        SGD(learningRate: 0.05, momentum: 0.9, nesterov: true), SGD(learningRate: 0.2, clipping: .norm(1)),
        RMSprop(learningRate: 0.005), RMSprop(learningRate: 0.002, momentum: 0.5, centered: true),
        Adam(learningRate: 0.01), Adam(learningRate: 0.01, clipping: .globalNorm(1)), AdamW(learningRate: 0.01),
        SGD(learningRate: .oneCycle(maximum: 0.4, steps: 390)), Adam(learningRate: 0.01, clipping: .value(0.1)),
    ]

    @Test(arguments: optimizers.indices)
    func digitsWithEveryOptimizer(index: Int) throws {
        let model = try Sequential(inputShape: [8, 8, 1], seed: 1) {
            Flatten()
            Dense(32, activation: .relu)
            Dense(10, activation: .softmax)
        }
        model.compile(
            optimizer: Self.optimizers[index], loss: .categoricalCrossentropy, metrics: [.accuracy])
        let history = try model.fit(try SmallData.digits(400, seed: 1), epochs: 30, batchSize: 32)
        #expect(try #require(history["accuracy"].last) >= 0.99)
        let fresh = try model.evaluate(try SmallData.digits(200, seed: 2))
        #expect(try #require(fresh.accuracy) >= 0.97)
        #expect(fresh.loss < 0.2)
    }

    @Test func digitsWithAConvolutionalNetwork() throws {
        let model = try Sequential(inputShape: [8, 8, 1], seed: 1) {
            Conv2D(12, kernelSize: 3, padding: .same)
            BatchNormalization()
            Activation(.relu)
            MaxPooling2D()
            Conv2D(16, kernelSize: 3, activation: .gelu())
            AveragePooling2D()
            Flatten()
            Dropout(0.1)
            Dense(10, activation: .softmax)
        }
        model.compile(optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy, metrics: [.accuracy])
        try model.fit(try SmallData.digits(400, seed: 1), epochs: 16, batchSize: 32)
        #expect(try #require(try model.evaluate(try SmallData.digits(200, seed: 2)).accuracy) >= 0.97)
    }

    static let xorLosses: [(loss: Loss, activation: ActivationFunction)] = [
        (.binaryCrossentropy, .sigmoid), (.binaryCrossentropy(fromLogits: true), .linear),
        (.meanSquaredError, .sigmoid), (.meanAbsoluteError, .linear),
    ]

    @Test(arguments: xorLosses.indices)
    func exclusiveOrWithEveryLoss(index: Int) throws {
        let (loss, activation) = Self.xorLosses[index]
        let model = try Sequential(inputShape: [2], seed: 3) {
            Dense(8, activation: .tanh)
            Dense(1, activation: activation)
        }
        model.compile(optimizer: Adam(learningRate: 0.05), loss: loss)
        let data = SmallData.xor
        let history = try model.fit(x: data.x, y: data.y, epochs: 400)
        let outputs = try model.predict(data.x).scalars
        // A logit is on its side of 0, everything else of one half.
        let threshold: Float = loss.fromLogits ? 0 : 0.5
        #expect(outputs.map { $0 > threshold } == [false, true, true, false])
        #expect(try #require(history["loss"].last) < 0.1)
    }

    @Test func logitsLearnAsProbabilitiesDo() throws {
        func accuracy(_ activation: ActivationFunction, _ loss: Loss) throws -> Double? {
            let model = try Sequential(inputShape: [8, 8, 1], seed: 1) {
                Flatten()
                Dense(10, activation: activation)
            }
            model.compile(optimizer: Adam(learningRate: 0.02), loss: loss, metrics: [.accuracy])
            try model.fit(try SmallData.digits(400, seed: 1), epochs: 20)
            return try model.evaluate(try SmallData.digits(200, seed: 2)).accuracy
        }
        let fromProbabilities = try #require(try accuracy(.softmax, .sparseCategoricalCrossentropy))
        #expect(fromProbabilities >= 0.97)
        // The same computation, fused either way.
        #expect(try accuracy(.linear, .categoricalCrossentropy(fromLogits: true)) == fromProbabilities)
    }

    /// What is behind a softmax may join its rows; the loss then sees all of them as one.
    @Test func aSoftmaxOfShorterRowsIsNotFused() throws {
        let layers: [any Layer] = [Reshape([2, 3]), Activation(.softmax), Flatten()]
        let model = try Sequential(inputShape: [6], layers: layers)
        model.compile(loss: .categoricalCrossentropy)
        let x = Tensor([[1, 2, 3, 4, 6, 5]])
        let y = Tensor([[0, 0, 0, 0, 1, 0]])
        let outputs = try model.predict(x).scalars
        // Each of two rows sums to 1, so the loss divides by 2 before it takes the logarithm.
        let row = [1.0, 2, 3].map { Float($0) }
        #expect(outputs.count == row.count * 2)
        let expected = -Foundation.log(Double(outputs[4]) / 2)
        #expect((try model.evaluate(x: x, y: y).loss - expected).magnitude < 1e-6 * expected)
        #expect((try model.fit(x: x, y: y)["loss"][0] - expected).magnitude < 1e-6 * expected)
    }
}
