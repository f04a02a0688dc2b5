import ConvNet
import Foundation
import Testing

@Suite struct ConvertTests {
    /// A model file of a built-in network, untrained.
    private func model(_ name: String, in folder: String) throws -> String {
        let path = "\(folder)/\(name).safetensors"
        try BuiltinNetwork.named(name).model(seed: 3).save(to: path)
        return path
    }

    private func weights(_ path: String) throws -> [Tensor] {
        try Sequential.load(from: path).weights.map(\.tensor)
    }

    @Test func movesWeightsToNumPyAndBack() throws {
        try withFolder { folder in
            let path = try model("mlp-sigmoid", in: folder)
            let there = try digits("convert", path, "\(folder)/weights.npz")
            #expect(there.code == 0)
            #expect(there.output == "")
            #expect(there.errors.contains("mlp-sigmoid, 468,874 parameters"))
            #expect(
                try digits("convert", "\(folder)/weights.npz", "\(folder)/back.safetensors", "--model", "mlp-sigmoid")
                    .code == 0)
            #expect(try weights("\(folder)/back.safetensors") == weights(path))
        }
    }

    @Test func asksForTheNetworkOfWeightsAlone() throws {
        try withFolder { folder in
            let path = try model("mlp-sigmoid", in: folder)
            #expect(try digits("convert", path, "\(folder)/weights.npz").code == 0)
            let without = try digits("convert", "\(folder)/weights.npz", "\(folder)/back.safetensors")
            #expect(without.code == 64)
            #expect(without.errors.contains("--model"))
            let other = try digits(
                "convert", "\(folder)/weights.npz", "\(folder)/back.safetensors", "--model", "mlp-deep")
            #expect(other.code == 65)
            #expect(other.errors.contains("dense/kernel has shape [784, 512]") || other.errors.contains("weight dense"))
        }
    }

    @Test func refusesWhatItCannotDo() throws {
        try withFolder { folder in
            let path = try model("mlp-sigmoid", in: folder)
            let format = try digits("convert", path, "\(folder)/model.onnx")
            #expect(format.code == 64)
            #expect(format.errors.contains(".safetensors, .keras, .h5, .npz"))
            #expect(try digits("convert", "\(folder)/none.keras", "\(folder)/a.safetensors").code == 66)
            try Data("not a model".utf8).write(to: URL(filePath: "\(folder)/bad.keras"))
            #expect(try digits("convert", "\(folder)/bad.keras", "\(folder)/a.safetensors").code == 65)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
        }
    }

    @Test func saysWhichProgramIsMissing() throws {
        try withFolder { folder in
            let path = try model("mlp-sigmoid", in: folder)
            let outcome = try digits(
                "convert", path, "\(folder)/a.keras", environment: ["CONVNET_HDF5": "\(folder)/nothing"])
            #expect(outcome.code == 69)
            #expect(outcome.errors.contains("\(folder)/nothing"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/a.keras"))
        }
    }

    #if HDF5
        @Test(arguments: ["keras", "h5"]) func movesModelsToKerasAndBack(ending: String) throws {
            try withFolder { folder in
                let path = try model("cnn-batchnorm", in: folder)
                #expect(try digits("convert", path, "\(folder)/a.\(ending)").code == 0)
                let back = try digits("convert", "\(folder)/a.\(ending)", "\(folder)/back.safetensors")
                #expect(back.code == 0)
                #expect(try weights("\(folder)/back.safetensors") == weights(path))
                let summary = try digits("summary", "\(folder)/a.\(ending)").output
                #expect(summary == (try digits("summary", path).output))
            }
        }
    #endif

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "digits-convert-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }
}
