import Testing

@testable import ConvNet

@Suite struct WeightFilesTests {
    private func network(seed: UInt64) throws -> Sequential {
        try Sequential(inputShape: [6, 6, 1], seed: seed) {
            Conv2D(2, kernelSize: 3)
            BatchNormalization()
            Flatten()
            Dense(3, name: "last.one")
        }
    }

    @Test(arguments: ["npz", "safetensors"]) func loadsWhatItSaved(ending: String) throws {
        let (origin, other) = try (network(seed: 1), network(seed: 2))
        try withTemporaryFolder { folder in
            try origin.saveWeights(to: "\(folder)/weights.\(ending)")
            try other.loadWeights(from: "\(folder)/weights.\(ending)")
        }
        #expect(origin.weights.map(\.tensor) == other.weights.map(\.tensor))
    }

    @Test func takesNamesAsOtherProgramsWriteThem() throws {
        let (origin, other) = try (network(seed: 1), network(seed: 2))
        var file = SafetensorsFile()
        for (index, (name, tensor)) in origin.weights.enumerated() {
            file[index % 2 == 0 ? name.replacing("/", with: ".") : "\(name):0"] = tensor
        }
        try withTemporaryFolder { folder in
            try file.write(to: "\(folder)/plain.safetensors")
            try other.loadWeights(from: "\(folder)/plain.safetensors")
        }
        #expect(origin.weights.map(\.tensor) == other.weights.map(\.tensor))
    }

    @Test func changesNothingWhereAFileDoesNotFit() throws {
        let model = try network(seed: 1)
        let before = model.weights.map(\.tensor)
        func message(_ change: (inout NpzFile) -> Void) throws -> String? {
            var file = NpzFile()
            for (name, tensor) in model.weights { file[name] = tensor }
            change(&file)
            return try withTemporaryFolder { folder in
                try file.write(to: "\(folder)/weights.npz")
                return KerasFixture.failure { try model.loadWeights(from: "\(folder)/weights.npz") }?.message
            }
        }
        #expect(try message { $0["conv2d/kernel"] = nil }?.contains("conv2d/kernel is missing") == true)
        #expect(try message { $0["conv2d/kernel"] = .ones([2]) }?.contains("has shape [2]") == true)
        #expect(try message { $0["dense/kernel"] = .ones([2]) }?.contains("'dense/kernel' belongs to no layer") == true)
        #expect(try message { $0["conv2d.kernel"] = .ones([3, 3, 1, 2]) }?.contains("occurs twice") == true)
        #expect(model.weights.map(\.tensor) == before)
    }

    @Test func knowsFormatsByTheirEndings() throws {
        #expect(try ModelFormat(path: "a/b.c/model.KERAS") == .keras)
        #expect(try ModelFormat(path: "model.weights.h5") == .h5)
        #expect(try ModelFormat(path: "model.hdf5") == .h5)
        for path in ["model", "a.keras/model", ".npz", "model.onnx"] {
            #expect(KerasFixture.failure { _ = try ModelFormat(path: path) }?.kind == .invalidArgument)
        }
    }
}
