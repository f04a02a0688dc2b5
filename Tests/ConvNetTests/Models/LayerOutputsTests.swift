import Testing

@testable import ConvNet

@Suite struct LayerOutputsTests {
    private let x = Tensor.uniform([3, 8, 8, 1], seed: 5)

    private func made(_ format: DataFormat = .channelsLast) throws -> Sequential {
        try Sequential(inputShape: format == .channelsLast ? [8, 8, 1] : [1, 8, 8], seed: 1) {
            Conv2D(4, kernelSize: 3, dataFormat: format, name: "edges")
            Activation(.relu)
            MaxPooling2D(dataFormat: format)
            Dropout(0.5)
            Flatten(dataFormat: format)
            Dense(5, activation: .softmax)
        }
    }

    @Test func areThoseOfEachLayerAlone() throws {
        let model = try made()
        let outputs = try model.layerOutputs(x)
        #expect(outputs.map(\.layer) == ["edges", "activation", "max_pooling2d", "dropout", "flatten", "dense"])
        #expect(
            outputs.map(\.output.shape) == [
                [3, 6, 6, 4], [3, 6, 6, 4], [3, 3, 3, 4], [3, 3, 3, 4], [3, 36], [3, 5],
            ])
        // In the whole network the activation is fused into the convolution; here each shows its own.
        let edges = outputs[0].output
        #expect(edges.scalars.contains { $0 < 0 })
        #expect(outputs[1].output.scalars == edges.scalars.map { max($0, 0) })
        #expect(outputs[3].output == outputs[2].output)
        #expect(outputs[4].output.scalars == outputs[3].output.scalars)
        #expect(outputs[5].output == (try model.predict(x)))
        // The convolution by its definition, in double.
        let kernel = model.weights[0].tensor
        for (row, column, filter) in [(0, 0, 0), (5, 5, 3), (2, 4, 1)] {
            var sum = 0.0
            for i in 0..<3 {
                for j in 0..<3 { sum += Double(x[1, row + i, column + j, 0]) * Double(kernel[i, j, 0, filter]) }
            }
            #expect(abs(Double(edges[1, row, column, filter]) - sum) < 1e-5)
        }
    }

    @Test func comeInTheOrderThatTheLayersDeclare() throws {
        let (last, first) = (try made(), try made(.channelsFirst))
        let plain = try last.layerOutputs(x)
        let transposed = try first.layerOutputs(x.reshaped(to: [3, 1, 8, 8]))
        for (a, b) in zip(plain, transposed).prefix(4) {
            #expect(b.output == a.output.transposed(permutation: [0, 3, 1, 2]), "\(a.layer)")
        }
        #expect(transposed[5].output == plain[5].output)
    }

    @Test func aPrefixIsANetworkOfItsOwn() throws {
        let model = try made()
        model.info.classNames = ["a"]
        let part = try model.prefix(2)
        let before = try part.predict(x)
        try model.setWeights(["edges/kernel": .zeros([3, 3, 1, 4])])
        #expect(try part.predict(x) == before)
        #expect(part.layers.count == 2)
        #expect(part.outputShape == [6, 6, 4])
        #expect(part.info == model.info)
        #expect(try model.prefix(6).predict(x) == model.predict(x))
        for count in [0, 7, -1] {
            #expect(throws: ConvNetError.self) { try model.prefix(count) }
        }
        #expect(throws: ConvNetError.self) { try model.layerOutputs(.zeros([1, 9, 9, 1])) }
    }
}
