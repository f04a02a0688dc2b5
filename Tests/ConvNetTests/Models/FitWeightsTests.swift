import Testing

@testable import ConvNet

/// Weights of examples and of classes.
@Suite struct FitWeightsTests {
    private func made(outputs: Int = 3, loss: Loss = .categoricalCrossentropy) throws -> Sequential {
        let model = try Sequential(inputShape: [4], seed: 2) {
            Dense(6, activation: .sigmoid)
            Dense(outputs, activation: outputs == 1 ? .sigmoid : .softmax)
        }
        model.compile(optimizer: SGD(learningRate: 0.5), loss: loss, metrics: [.accuracy])
        return model
    }

    private let x = Tensor.uniform([8, 4], low: -1, high: 1, seed: 3)
    private let y = Tensor([0, 1, 2, 0, 1, 2, 0, 1])

    @Test func aWeightOfTwoCountsAsTheExampleTwice() throws {
        let (weighted, repeated) = (try made(), try made())
        let weights: [Float] = [2, 0, 1, 1, 0, 2, 2, 0]
        let rows = [0, 0, 2, 3, 5, 5, 6, 6]
        let first = try weighted.fit(
            x: x, y: y, epochs: 3, batchSize: 8, sampleWeights: weights, shuffle: false)
        let second = try repeated.fit(
            x: Tensor(shape: [8, 4], scalars: rows.flatMap { x.scalars[4 * $0..<4 * $0 + 4] }),
            y: Tensor(rows.map { y.scalars[$0] }), epochs: 3, batchSize: 8, shuffle: false)
        // The same sums in another order: three steps over eight examples.
        for (one, other) in zip(weighted.weights, repeated.weights) {
            expectClose(one.tensor, other.tensor, .sum(of: 3 * 8), one.name)
        }
        for (one, other) in zip(first["loss"], second["loss"]) { expectClose(one, other, .sum(of: 3 * 8), "loss") }
    }

    @Test func classWeightsAreTheWeightsOfTheirExamples() throws {
        let (byClass, byExample, both) = (try made(), try made(), try made())
        let classWeights: [Int: Float] = [0: 2, 2: 0.5, 7: 100]
        let weights = y.scalars.map { classWeights[Int($0)] ?? 1 }
        let first = try byClass.fit(x: x, y: y, epochs: 2, batchSize: 3, classWeights: classWeights)
        let second = try byExample.fit(x: x, y: y, epochs: 2, batchSize: 3, sampleWeights: weights)
        #expect(byClass.weightBits == byExample.weightBits)
        #expect(first.epochs.map(\.logs) == second.epochs.map(\.logs))
        #expect(byClass.weightBits != (try trained(try made())).weightBits, "they change something")

        // Both at once multiply.
        let squares = y.scalars.map { label in (classWeights[Int(label)] ?? 1) * (classWeights[Int(label)] ?? 1) }
        let product = try made()
        try product.fit(x: x, y: y, epochs: 2, batchSize: 3, sampleWeights: squares)
        try both.fit(x: x, y: y, epochs: 2, batchSize: 3, classWeights: classWeights, sampleWeights: weights)
        #expect(both.weightBits == product.weightBits)
    }

    private func trained(_ model: Sequential) throws -> Sequential {
        try model.fit(x: x, y: y, epochs: 2, batchSize: 3)
        return model
    }

    @Test func classWeightsWorkForEveryFormOfTargets() throws {
        let classWeights: [Int: Float] = [1: 3]
        let data = try Dataset(images: x, labels: y.scalars.map { Int($0) })
        let fromData = try made()
        try fromData.fit(data, epochs: 2, batchSize: 3, classWeights: classWeights)
        let fromLabels = try made()
        try fromLabels.fit(x: x, y: y, epochs: 2, batchSize: 3, classWeights: classWeights)
        let fromRows = try made()
        try fromRows.fit(x: x, y: data.oneHotLabels, epochs: 2, batchSize: 3, classWeights: classWeights)
        #expect(fromData.weightBits == fromLabels.weightBits)
        #expect(fromData.weightBits == fromRows.weightBits)
    }

    /// Two classes from one output, the targets in a row or in a column.
    @Test func classWeightsWorkForOneOutput() throws {
        let bits = y.scalars.map { $0 == 1 ? Float(1) : 0 }
        let weights = bits.map { $0 == 1 ? Float(3) : 0.25 }
        func bitsAfter(_ fit: (Sequential) throws -> Void) throws -> [[UInt32]] {
            let model = try made(outputs: 1, loss: .binaryCrossentropy)
            try fit(model)
            return model.weightBits
        }
        let expected = try bitsAfter { try $0.fit(x: x, y: Tensor(bits), epochs: 2, sampleWeights: weights) }
        let byClass: [Int: Float] = [0: 0.25, 1: 3]
        for y in [Tensor(bits), Tensor(shape: [8, 1], scalars: bits)] {
            #expect(try bitsAfter { try $0.fit(x: x, y: y, epochs: 2, classWeights: byClass) } == expected)
        }
        let data = try Dataset(images: x, labels: bits.map { Int($0) })
        #expect(try bitsAfter { try $0.fit(data, epochs: 2, classWeights: byClass) } == expected)
    }

    @Test func validationHasNoClassWeights() throws {
        let (weighted, plain) = (try made(), try made())
        weighted.compile(optimizer: SGD(learningRate: 0.0), loss: .categoricalCrossentropy)
        plain.compile(optimizer: SGD(learningRate: 0.0), loss: .categoricalCrossentropy)
        let first = try weighted.fit(x: x, y: y, validationSplit: 0.5, classWeights: [0: 5, 1: 7, 2: 9])
        let second = try plain.fit(x: x, y: y, validationSplit: 0.5)
        #expect(first["val_loss"] == second["val_loss"])
        #expect(first["loss"] != second["loss"])
    }

    @Test func evaluationTakesSampleWeights() throws {
        let model = try Sequential(inputShape: [1]) { Dense(1, kernelInitializer: .zeros) }
        model.compile(loss: .meanSquaredError)
        let evaluation = try model.evaluate(
            x: .zeros([4, 1]), y: Tensor([1, 2, 3, 4]), batchSize: 3, sampleWeights: [1, 0, 0, 2])
        #expect(evaluation.loss == 33.0 / 4)
    }

    @Test func weightsThatAreNoneAreRefused() throws {
        let model = try made()
        let count = #expect(throws: ConvNetError.self) { try model.fit(x: x, y: y, sampleWeights: [1, 2]) }
        #expect(
            count
                == ConvNetError(.invalidArgument, "there are 8 examples, but 2 sample weights; give one each"))
        var weights = [Float](repeating: 1, count: 8)
        weights[5] = .nan
        #expect(throws: ConvNetError(.invalidData, "sample weight 5 is nan; give a finite number")) {
            try model.fit(x: x, y: y, sampleWeights: weights)
        }
        #expect(throws: ConvNetError(.invalidData, "the weight of class 3 is inf; give a finite number")) {
            try model.fit(x: x, y: y, classWeights: [3: .infinity])
        }
        let images = try Sequential(inputShape: [4, 4, 1]) { Conv2D(2, kernelSize: 1) }
        images.compile(loss: .meanSquaredError)
        let rank = #expect(throws: ConvNetError.self) {
            try images.fit(x: .zeros([2, 4, 4, 1]), y: .zeros([2, 4, 4, 2]), sampleWeights: [1, 1])
        }
        #expect(rank?.message.contains("[4, 4, 2]") == true)
    }
}
