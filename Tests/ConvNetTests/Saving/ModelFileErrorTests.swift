import Foundation
import Testing

@testable import ConvNet

/// Model files that are cut, changed or made up are refused in words, and never end the process.
@Suite struct ModelFileErrorTests {
    private func made() throws -> Sequential {
        let model = try Sequential(inputShape: [6, 6, 1], seed: 1) {
            Conv2D(2, kernelSize: 3, activation: .relu)
            Flatten()
            Dense(3, activation: .softmax, name: "head")
        }
        model.compile(optimizer: Adam(), loss: .categoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    /// The error of opening a file.
    private func refusal(
        of path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) -> ConvNetError? {
        let error = #expect(throws: ConvNetError.self, sourceLocation: sourceLocation) {
            _ = try Sequential.load(from: path)
        }
        #expect(error?.kind == .invalidData, sourceLocation: sourceLocation)
        #expect(error?.path == path, sourceLocation: sourceLocation)
        return error
    }

    /// The error of opening a saved network of which something was changed.
    private func refusal(
        sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout SafetensorsFile) throws -> Void
    ) throws -> String {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try made().save(to: path)
            var file = try SafetensorsFile.read(path)
            try change(&file)
            try file.write(to: path)
            return refusal(of: path, sourceLocation: sourceLocation)?.message ?? ""
        }
    }

    /// The same, with a text of the description replaced by another.
    private func refusal(
        replacing text: String, by other: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        try refusal(sourceLocation: sourceLocation) { file in
            let json = try #require(file.metadata["convnet"], sourceLocation: sourceLocation)
            #expect(json.contains(text), "\(json)", sourceLocation: sourceLocation)
            file.metadata["convnet"] = json.replacingOccurrences(of: text, with: other)
        }
    }

    @Test func filesCutAnywhere() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try made().save(to: path)
            let bytes = try Array(Data(contentsOf: URL(filePath: path)))
            let cut = folder + "/cut.safetensors"
            for count in Array(0..<48) + Array(stride(from: 48, to: bytes.count, by: 7)) + [bytes.count - 1] {
                try write(Array(bytes.prefix(count)), to: cut)
                _ = refusal(of: cut)
            }
            try write(bytes + [0], to: cut)
            _ = refusal(of: cut)
            try write(bytes, to: cut)
            _ = try Sequential.load(from: cut)
        }
    }

    /// Whatever byte is wrong, the file opens or is refused in words.
    @Test(arguments: 0..<4)
    func filesWithWrongBytes(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try made().save(to: path)
            let bytes = try Array(Data(contentsOf: URL(filePath: path)))
            let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
            var random = Philox(seed: seed)
            let damaged = folder + "/damaged.safetensors"
            for _ in 0..<250 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    changed[Int.random(in: 0..<header, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                try write(changed, to: damaged)
                do {
                    let model = try Sequential.load(from: damaged)
                    // Such as another seed or another stride that gives the same shapes.
                    _ = try? model.predict(.zeros([1, 36]))
                } catch let error as ConvNetError {
                    #expect(error.kind == .invalidData)
                    #expect(error.path == damaged)
                }
            }
        }
    }

    @Test func filesThatAreNotThere() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: ConvNetError.self) { try Sequential.load(from: folder + "/none") }
            #expect(error?.kind == .missingInput)
            #expect(error?.path == folder + "/none")
            #expect(throws: ConvNetError.self) { try Sequential.load(from: folder) }
        }
    }

    @Test func tensorsOfOthers() throws {
        let foreign = try refusal { $0.metadata = [:] }
        #expect(foreign.contains("without ConvNet's description"))
        let missing = try refusal { $0["head/bias"] = nil }
        #expect(missing == "weight head/bias is missing; save the model again")
        let extra = try refusal { $0["tail/bias"] = .zeros([3]) }
        #expect(extra == "tensor tail/bias belongs to no layer; save the model again")
        let shape = try refusal { $0["head/bias"] = .zeros([4]) }
        #expect(shape == "weight head/bias has shape [4], but the network needs [3]")
        let turned = try refusal { file in
            file["head/kernel"] = file["head/kernel"].map { $0.reshaped(to: [3, 32]) }
        }
        #expect(turned == "weight head/kernel has shape [3, 32], but the network needs [32, 3]")
    }

    @Test func whatIsNotKnown() throws {
        #expect(
            try refusal(replacing: #""class_name":"Flatten""#, by: #""class_name":"Shuffle""#).contains("layer Shuffle")
        )
        #expect(try refusal(replacing: #""class_name":"Adam""#, by: #""class_name":"Lion""#).contains("optimizer Lion"))
        #expect(
            try refusal(replacing: #""name":"categorical_crossentropy""#, by: #""name":"hinge""#).contains("loss hinge")
        )
        #expect(
            try refusal(replacing: #"{"name":"accuracy"}"#, by: #"{"name":"recall"}"#).contains("metric named recall"))
        #expect(
            try refusal(replacing: #""activation":"relu""#, by: #""activation":"mish""#).contains("activation mish"))
        #expect(try refusal(replacing: "GlorotUniform", by: "Orthogonal").contains("initializer named Orthogonal"))
        #expect(try refusal(replacing: #""padding":"valid""#, by: #""padding":"causal""#).contains("causal"))
    }

    @Test func descriptionsThatAreNone() throws {
        #expect(try refusal { $0.metadata["convnet"] = "" }.contains("not valid JSON"))
        #expect(try refusal { $0.metadata["convnet"] = "[]" }.contains("of a wrong kind"))
        #expect(try refusal { $0.metadata["convnet"] = "{}" }.contains("lacks"))
        #expect(try refusal(replacing: #""seed":1"#, by: #""seed":-1"#).contains("a number that is out of range"))
        #expect(try refusal(replacing: #""seed":1"#, by: #""seed":1e400"#).contains("not valid JSON"))
        #expect(try refusal(replacing: #""seed":1"#, by: #""seed":1,"seed":2"#).contains("twice"))
        #expect(try refusal(replacing: #""units":3"#, by: #""units":"3""#).contains("units"))
        #expect(try refusal(replacing: #""units":3"#, by: #""units":3.5"#).contains("or not whole"))
        #expect(try refusal(replacing: #""units":3"#, by: #""units":1e30"#).contains("description"))
        #expect(try refusal(replacing: #""kernel_size":[3,3]"#, by: #""kernel_size":[3]"#).contains("description"))
        #expect(
            try refusal(replacing: #""kernel_size":[3,3]"#, by: #""kernel_size":[3,3,3]"#).contains(
                "a height and a width"))
        #expect(try refusal(replacing: #""layers":["#, by: #""layers":[{},"#).contains("lacks class_name"))
        #expect(try refusal(replacing: #""layers""#, by: #""lagers""#).contains("lacks layers"))
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(try refusal(replacing: #""seed":1"#, by: #""extra":\#(deep)"#).contains("nested too deeply"))
    }

    /// Sizes from a file are checked before memory is reserved by them.
    @Test(arguments: [
        (#""units":3"#, #""units":4611686018427387904"#, "units"), (#""units":3"#, #""units":0"#, "0 units"),
        (#""units":3"#, #""units":-3"#, "-3 units"), (#""units":3"#, #""units":16777216"#, "has shape [32, 3]"),
        (#""filters":2"#, #""filters":9223372036854775807"#, "filters"),
        (#""kernel_size":[3,3]"#, #""kernel_size":[1099511627776,1099511627776]"#, "kernel size"),
        (#""kernel_size":[3,3]"#, #""kernel_size":[-1,3]"#, "kernel size -1x3"),
        (#""kernel_size":[3,3]"#, #""kernel_size":[65536,65536]"#, "conv2d"),
        (#""strides":[1,1]"#, #""strides":[0,1]"#, "strides 0x1"),
        (#""dilation_rate":[1,1]"#, #""dilation_rate":[9223372036854775807,1]"#, "dilation"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[4294967296,4294967296,4294967296]"#, "input shape"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[9223372036854775807,6,1]"#, "input shape"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[6,6,-1]"#, "input shape"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[6,6,0]"#, "input shape"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[]"#, "input shape"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[6,6]"#, "three dimensions"),
        (#""input_shape":[6,6,1]"#, #""input_shape":[4096,4096,1]"#, "has shape [32, 3]"),
        (#""name":"head""#, #""name":"conv2d""#, "two layers"), (#""name":"head""#, #""name":"""#, "name is empty"),
    ])
    func sizesOutOfRange(text: String, other: String, expected: String) throws {
        #expect(try refusal(replacing: text, by: other).contains(expected))
    }

    @Test func newerMajorVersionsAreRefusedAndNewerMinorOnesOpen() throws {
        let version = #""version":{"major":1,"minor":0}"#
        let newer = try refusal(replacing: version, by: #""version":{"major":2,"minor":0}"#)
        #expect(newer.contains("format version 2"))
        #expect(try refusal(replacing: version, by: #""version":{"major":2,"future":[]}"#).contains("format version 2"))
        for number in ["0", "-1"] {
            let none = try refusal(replacing: version, by: #""version":{"major":\#(number),"minor":0}"#)
            #expect(none.contains("format version \(number)"))
        }
        #expect(try refusal(replacing: version, by: #""version":1"#).contains("version"))
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            let model = try made()
            try model.save(to: path)
            var file = try SafetensorsFile.read(path)
            file.metadata["convnet"] = file.metadata["convnet"]?.replacingOccurrences(
                of: version, with: #""version":{"major":1,"minor":7},"added":{"later":[1,2,{"a":null}]}"#)
            file.metadata["added later"] = "text"
            try file.write(to: path)
            let x = Tensor.uniform([2, 6, 6, 1], seed: 1)
            #expect(try Sequential.load(from: path).predict(x) == model.predict(x))
        }
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: ConvNetError.self) { try made().save(to: folder + "/none/model") }
            #expect(error?.kind == .cannotCreate)
            #expect(error?.path?.hasPrefix(folder) == true)
        }
    }
}
