import Testing

@testable import ConvNet

@Suite struct ModelRoundTripTests {
    @Test func keepsSettingsOfLayersLossAndOptimizer() throws {
        let model = try Sequential(inputShape: [6, 6, 1], name: "small", seed: 5) {
            Conv2D(2, kernelSize: 3, padding: .same, activation: .leakyReLU(slope: 0.1))
            Flatten()
            Dense(4, kernelInitializer: .randomNormal(standardDeviation: 0.1))
        }
        model.compile(
            optimizer: SGD(learningRate: 0.02, momentum: 0.9, clipping: .norm(2)),
            loss: .sparseCategoricalCrossentropy(fromLogits: true), metrics: [.accuracy, .topK(2)])
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try model.save(to: path)
            let loaded = try Sequential.load(from: path)
            #expect(loaded.name == "small")
            #expect(loaded.summary() == model.summary())
            let images = Tensor.uniform([3, 6, 6, 1], seed: 1)
            #expect(try loaded.predict(images) == model.predict(images))
            let (before, after) = (try #require(model.compilation), try #require(loaded.compilation))
            #expect(after.loss == before.loss)
            #expect(after.metrics == before.metrics)

            // What only training reads is the same as well: saved again, the file has the same content.
            let again = folder + "/again.safetensors"
            try loaded.save(to: again)
            #expect(try SafetensorsFile.read(again) == SafetensorsFile.read(path))
        }
    }
}
