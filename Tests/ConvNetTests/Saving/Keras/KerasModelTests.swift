import Foundation
import Testing

@testable import ConvNet

/// Models that Keras saved; see `Fixtures/interop/make_models.py`.
@Suite(.enabled(if: KerasFixture.hasHDF5, "built without the trait HDF5")) struct KerasModelTests {
    @Test(arguments: [
        "odd.keras", "odd.h5", "functional.keras", "functional.h5", "channels_first.keras",
        "keras2.keras", "keras2.h5",
    ])
    func predictsAsKerasDoes(file: String) throws {
        let opened = try Sequential.load(keras: try KerasFixture.path("models/\(file)"))
        let (x, y) = try KerasFixture.examples(file)
        let own = try opened.model.predict(x)
        #expect(own.shape == y.shape)
        let difference = zip(own.scalars, y.scalars).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 1e-6)
        #expect(opened.notes.isEmpty)
    }

    @Test(arguments: ["odd.keras", "odd.h5"]) func keepsHowAModelWasCompiled(file: String) throws {
        let model = try Sequential.load(keras: try KerasFixture.path("models/\(file)")).model
        let compilation = try #require(model.compilation)
        let optimizer = try #require(compilation.optimizer as? AdamW)
        #expect(optimizer.weightDecay == 0.01)
        #expect(optimizer.clipping == .norm(1))
        #expect(
            optimizer.learningRate
                == .cosineDecay(initial: 0.01, steps: 500, alpha: 0.1, warmUpTarget: 0.02, warmUpSteps: 50))
        #expect(compilation.loss == .categoricalCrossentropy)
        #expect(compilation.metrics == [.accuracy])
    }

    @Test func keepsNamesAndSettingsOfLayers() throws {
        let model = try Sequential.load(keras: try KerasFixture.path("models/odd.keras")).model
        #expect(model.name == "odd")
        #expect(model.layers.compactMap(\.name).prefix(3) == ["border", "a-layer", "norm.1"])
        let convolution = try #require(model.layers[4] as? Conv2D)
        #expect(convolution.dilation == 2)
        #expect(convolution.kernelInitializer == .heNormal)
        #expect((model.layers[6] as? Conv2D)?.kernelRegularizer == Regularizer(l1: 0.01, l2: 0.02))
        let chain = try Sequential.load(keras: try KerasFixture.path("models/functional.h5")).model
        #expect((chain.compilation?.optimizer as? SGD)?.nesterov == true)
        #expect(chain.loss == .sparseCategoricalCrossentropy)
    }

    @Test(arguments: ["keras2.keras", "keras2.h5"]) func readsHowKeras2Compiled(file: String) throws {
        let compilation = try #require(
            try Sequential.load(keras: try KerasFixture.path("models/\(file)")).model.compilation)
        let optimizer = try #require(compilation.optimizer as? RMSprop)
        #expect(optimizer.rho == 0.8)
        #expect(optimizer.learningRate == .constant(0.002))
        #expect(compilation.loss == .categoricalCrossentropy)
        #expect(compilation.metrics == [.accuracy])
    }

    @Test(arguments: ["odd.weights.h5", "odd.h5", "odd.keras"]) func loadsWeightsIntoANetwork(file: String) throws {
        let origin = try Sequential.load(keras: try KerasFixture.path("models/odd.keras")).model
        let model = try Sequential(inputShape: origin.inputShape, layers: origin.layers)
        try model.loadWeights(from: try KerasFixture.path("models/\(file)"))
        #expect(model.weights.map(\.tensor) == origin.weights.map(\.tensor))
    }

    @Test(arguments: ["keras", "h5"]) func readsWhatItWrote(ending: String) throws {
        for file in ["odd.keras", "functional.keras", "channels_first.keras"] {
            let model = try Sequential.load(keras: try KerasFixture.path("models/\(file)")).model
            try withTemporaryFolder { folder in
                try model.export(to: "\(folder)/a.\(ending)")
                try model.export(to: "\(folder)/b.\(ending)")
                let opened = try Sequential.load(keras: "\(folder)/a.\(ending)")
                #expect(opened.notes.isEmpty)
                #expect(try KerasFixture.description(opened.model) == KerasFixture.description(model))
                #expect(opened.model.weights.map(\.tensor) == model.weights.map(\.tensor))
                let (a, b) = try (read("\(folder)/a.\(ending)"), read("\(folder)/b.\(ending)"))
                #expect(a == b)
            }
        }
    }

    @Test func writesActivationsThatKerasHasAsLayersAlone() throws {
        let model = try Sequential(inputShape: [6]) {
            Dense(4, activation: .leakyReLU(slope: 0.4))
            Dense(3, activation: .elu(alpha: 0.5))
        }
        let x = Tensor(shape: [2, 6], scalars: (0..<12).map { Float($0) / 6 - 1 })
        try withTemporaryFolder { folder in
            try model.save(keras: "\(folder)/a.keras")
            let opened = try Sequential.load(keras: "\(folder)/a.keras").model
            #expect(opened.layers.count == 4)
            let (own, other) = try (model.predict(x), opened.predict(x))
            #expect(own == other)
        }
    }

    /// libhdf5 may do what it will with damaged files, this process gets an error or a model.
    @Test func survivesDamagedFiles() throws {
        let bytes = try read(try KerasFixture.path("models/functional.h5"))
        try withTemporaryFolder { folder in
            let path = "\(folder)/damaged.h5"
            for step in 0..<24 {
                var damaged = bytes
                if step % 2 == 0 {
                    damaged = Array(bytes.prefix(8 + (bytes.count - 8) * step / 24))
                } else {
                    // The structure lies in the first kilobytes.
                    for place in stride(from: 8 + step * 37, to: 6000, by: 251) { damaged[place] ^= 0x55 }
                }
                try write(damaged, to: path)
                let error = KerasFixture.failure { _ = try Sequential.load(keras: path) }
                #expect(error == nil || error?.kind == .invalidData, "\(String(describing: error))")
            }
        }
    }

    private func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// Where Keras's models are, and what they predict.
enum KerasFixture {
    #if HDF5
        static let hasHDF5 = true
    #else
        static let hasHDF5 = false
    #endif

    static func path(_ name: String) throws -> String {
        let folder = try #require(
            Bundle.module.url(forResource: "interop", withExtension: nil, subdirectory: "Fixtures"))
        return folder.appending(path: name).path
    }

    static func examples(_ file: String) throws -> (x: Tensor, y: Tensor) {
        let arrays = try NpzFile.read(try path("models/\(file.prefix { $0 != "." }).npz"))
        return (try #require(arrays["x"]), try #require(arrays["y"]))
    }

    /// All settings of a network as text.
    static func description(_ model: Sequential) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var text = "\(model.name) \(model.inputShape)"
        for layer in model.layers {
            text += String(decoding: try encoder.encode(LayerEnvelope(layer: layer)), as: UTF8.self)
        }
        if let compilation = model.compilation {
            text += String(
                decoding: try encoder.encode(OptimizerEnvelope(optimizer: compilation.optimizer)), as: UTF8.self)
            text += "\(compilation.loss.name) \(compilation.loss.fromLogits) \(compilation.metrics.map(\.name))"
        }
        return text
    }

    static func failure(_ body: () throws -> Void) -> ConvNetError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ConvNetError
        }
    }
}
