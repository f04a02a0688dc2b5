import Foundation
import Testing

@testable import ConvNet

@Suite struct SafetensorsFileTests {
    private static var small: SafetensorsFile {
        var file = SafetensorsFile(metadata: ["format": "test", "a": "é \"quoted\"\n"])
        file["b.kernel"] = Tensor([[1, 2, 3], [4, 5, -0.5]])
        file["a.bias"] = Tensor([.nan, -.infinity])
        file["scalar"] = Tensor(7)
        file["empty"] = .zeros([0, 4])
        return file
    }

    /// A file with a given header and that many bytes of data.
    private static func bytes(header: String, data: Int) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(length >> (8 * $0) & 0xff) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    private func failure(_ bytes: [UInt8]) throws -> ConvNetError? {
        try withTemporaryFolder { folder in
            try write(bytes, to: "\(folder)/file")
            do {
                _ = try SafetensorsFile.read("\(folder)/file")
                return nil
            } catch let error as ConvNetError {
                #expect(error.path == "\(folder)/file")
                return error
            }
        }
    }

    @Test func readsWhatItWrote() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            try Self.small.write(to: path)
            let read = try SafetensorsFile.read(path)
            #expect(read.metadata == Self.small.metadata)
            #expect(read.names == ["b.kernel", "a.bias", "scalar", "empty"])
            #expect(read["b.kernel"] == Tensor([[1, 2, 3], [4, 5, -0.5]]))
            #expect(read["a.bias"]?.scalars.map(\.bitPattern) == [Float.nan, -.infinity].map(\.bitPattern))
            #expect(read["scalar"] == Tensor(7))
            #expect(read["empty"]?.shape == [0, 4])
            #expect(read["other"] == nil)
            #expect(try contents(of: folder) == ["a.safetensors"])
        }
    }

    /// The layout of the format's description, byte by byte.
    @Test func writesTheFormat() throws {
        try withTemporaryFolder { folder in
            var file = SafetensorsFile(metadata: ["k": "v"])
            file["x"] = Tensor([[1, -2]])
            try file.write(to: "\(folder)/file")
            let header = #"{"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
            let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
            let expected = Self.bytes(header: padded, data: 0) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
            #expect(try Array(Data(contentsOf: URL(filePath: "\(folder)/file"))) == expected)
        }
    }

    @Test func writesTheSameBytesTwice() throws {
        try withTemporaryFolder { folder in
            try Self.small.write(to: "\(folder)/a")
            try Self.small.write(to: "\(folder)/b")
            let (a, b) = (URL(filePath: "\(folder)/a"), URL(filePath: "\(folder)/b"))
            #expect(try Data(contentsOf: a) == Data(contentsOf: b))
        }
    }

    @Test func keepsItsNamesInOrder() {
        var file = SafetensorsFile()
        file["b"] = Tensor(1)
        file["a"] = Tensor(2)
        file["b"] = Tensor(3)
        #expect(file.names == ["b", "a"])
        file["b"] = nil
        #expect(file.names == ["a"])
        #expect(file.tensors == ["a": Tensor(2)])
    }

    @Test func readsAnEmptyFile() throws {
        try withTemporaryFolder { folder in
            try SafetensorsFile().write(to: "\(folder)/file")
            #expect(try SafetensorsFile.read("\(folder)/file") == SafetensorsFile())
        }
    }

    @Test func refusesAFileCutAtAnyByteOrWithOneMore() throws {
        let bytes = try withTemporaryFolder { folder in
            try Self.small.write(to: "\(folder)/file")
            return try Array(Data(contentsOf: URL(filePath: "\(folder)/file")))
        }
        #expect(try failure(bytes) == nil)
        for length in 0..<bytes.count {
            #expect(try failure(Array(bytes[..<length]))?.kind == .invalidData, "cut at \(length)")
        }
        #expect(try failure(bytes + [0])?.kind == .invalidData)
    }

    /// No change of one header byte may crash; those that change nothing but a digit or a letter may still be a valid
    /// file.
    @Test func survivesEveryChangedByteOfTheHeader() throws {
        let bytes = try withTemporaryFolder { folder in
            try Self.small.write(to: "\(folder)/file")
            return try Array(Data(contentsOf: URL(filePath: "\(folder)/file")))
        }
        let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        var refused = 0
        for position in 0..<headerEnd {
            for change: UInt8 in [0x01, 0x10, 0x80] {
                var damaged = bytes
                damaged[position] ^= change
                if let error = try failure(damaged) {
                    #expect(error.kind == .invalidData)
                    refused += 1
                }
            }
        }
        // With 0x80 alone, no byte of the header is ASCII any more.
        #expect(refused >= headerEnd)
    }

    private static func tensor(_ fields: String, data: Int = 4) -> [UInt8] {
        bytes(header: #"{"x":{\#(fields)}}"#, data: data)
    }

    private static let hostile: [([UInt8], String)] = [
        ([], "not a safetensors file"),
        (Array("hello, this is some text".utf8), "not a safetensors file"),
        ([UInt8](repeating: 0xff, count: 64), "not a safetensors file"),
        ([UInt8](repeating: 0, count: 64), "not a safetensors file"),
        (bytes(header: "[]", data: 0), "not a safetensors file"),
        (bytes(header: " {}", data: 0), "not a safetensors file"),
        (bytes(header: "{", data: 0), "not a safetensors file"),
        ([0x00, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, 0x7b, 0x7d], "inside its header"),
        ([0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, 0x7b, 0x7d], "not a safetensors file"),
        (bytes(header: "{]", data: 0), "not JSON"),
        (bytes(header: "{}x", data: 0), "not JSON"),
        (bytes(header: String(repeating: "{\"a\":", count: 5000), data: 0), "nested too deeply"),
        (bytes(header: #"{"x":1}"#, data: 0), "is not described"),
        (bytes(header: #"{"x":{},"x":{}}"#, data: 0), "occurs twice"),
        (bytes(header: #"{"__metadata__":{"a":1}}"#, data: 0), "metadata 'a' is not a text"),
        (bytes(header: #"{"__metadata__":["a"]}"#, data: 0), "not an object"),
        (bytes(header: #"{"__metadata__":{"a":"1","a":"2"}}"#, data: 0), "occurs twice"),
        (bytes(header: #"{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4), "a name that is not"),
        (
            bytes(
                header: #"{"\#(String(repeating: "n", count: 257))":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#,
                data: 4),
            "a name that is not"
        ),
        (tensor(#""dtype":"F32","shape":[1]"#), "is not described"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1"#), "is not described"),
        (tensor(#""dtype":32,"shape":[1],"data_offsets":[0,4]"#), "is not described"),
        (tensor(#""dtype":"F16","shape":[2],"data_offsets":[0,4]"#), "tensor 'x' has the type F16"),
        (tensor(#""dtype":"BF16","shape":[2],"data_offsets":[0,4]"#), "type BF16"),
        (tensor(#""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#), "whole number"),
        (tensor(#""dtype":"F32","shape":[1.0],"data_offsets":[0,4]"#), "whole number"),
        (tensor(#""dtype":"F32","shape":["1"],"data_offsets":[0,4]"#), "whole number"),
        (tensor(#""dtype":"F32","shape":[1e0],"data_offsets":[0,4]"#), "whole number"),
        (tensor(#""dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]"#), "9 axes"),
        (tensor(#""dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]"#), "but 4 bytes"),
        (tensor(#""dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,4]"#), "but 4 bytes"),
        (tensor(#""dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]"#), "whole number"),
        (tensor(#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#), "but 4 bytes"),
        (tensor(#""dtype":"F32","shape":[0],"data_offsets":[0,4]"#), "but 4 bytes"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[4,0]"#), "no valid data_offsets"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[-4,0]"#), "no valid data_offsets"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0]"#), "no valid data_offsets"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0,4,8]"#), "no valid data_offsets"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0.0,4]"#), "no valid data_offsets"),
        (tensor(#""dtype":"F32","shape":[2],"data_offsets":[0,8]"#), "behind the end"),
        (
            tensor(#""dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]"#),
            "behind the end"
        ),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[4,8]"#, data: 8), "overlap or leave gaps"),
        (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#, data: 8), "end at byte 4 of 8"),
        (
            bytes(
                header: #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
                    + #""y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, data: 12), "overlap or leave gaps"
        ),
        (
            bytes(
                header: #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                    + #""y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4), "overlap or leave gaps"
        ),
        (
            bytes(
                header: #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                    + #""y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#, data: 12), "overlap or leave gaps"
        ),
    ]

    @Test(arguments: hostile)
    func refusesHostileHeaders(bytes: [UInt8], reason: String) throws {
        let error = try #require(try failure(bytes))
        #expect(error.kind == .invalidData)
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test func refusesTooManyTensors() throws {
        let members = (0...10_000).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }
        #expect(try failure(Self.bytes(header: "{\(members.dropLast().joined(separator: ","))}", data: 0)) == nil)
        let error = try failure(Self.bytes(header: "{\(members.joined(separator: ","))}", data: 0))
        #expect(error?.message.contains("more than 10000 tensors") == true)
    }

    /// The tensors may lie in another order than their names.
    @Test func readsTensorsInAnyOrder() throws {
        let header =
            #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"#
            + #""y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        try withTemporaryFolder { folder in
            try write(Self.bytes(header: header, data: 0) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], to: "\(folder)/file")
            let file = try SafetensorsFile.read("\(folder)/file")
            #expect(file.names == ["x", "y"])
            #expect(file["x"] == Tensor([2]))
            #expect(file["y"] == Tensor([1]))
        }
    }

    @Test func writesNothingThatItCouldNotRead() throws {
        try withTemporaryFolder { folder throws in
            let path = "\(folder)/file"
            func failure(_ name: String, _ tensor: Tensor) throws -> ConvNetError.Kind {
                var file = SafetensorsFile()
                file[name] = tensor
                return try #require(throws: ConvNetError.self) { try file.write(to: path) }.kind
            }
            #expect(try failure("", Tensor(1)) == .invalidArgument)
            #expect(try failure("__metadata__", Tensor(1)) == .invalidArgument)
            #expect(try failure(String(repeating: "é", count: 129), Tensor(1)) == .invalidArgument)
            #expect(try failure("deep", .ones([1, 1, 1, 1, 1, 1, 1, 1, 1])) == .invalidArgument)
            var many = SafetensorsFile()
            for number in 0...10_000 { many["\(number)"] = Tensor(0) }
            #expect(throws: ConvNetError.self) { try many.write(to: path) }
            #expect(try contents(of: folder) == [])
        }
    }

    @Test func namesWhatIsNotAFile() throws {
        try withTemporaryFolder { folder in
            let missing = try #require(throws: ConvNetError.self) { try SafetensorsFile.read("\(folder)/nothing") }
            #expect(missing.kind == .missingInput)
            let isFolder = try #require(throws: ConvNetError.self) { try SafetensorsFile.read(folder) }
            #expect(isFolder.kind == .missingInput)
        }
    }
}
