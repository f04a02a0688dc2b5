import Foundation
import Testing

@testable import ConvNet

@Suite struct NpzFileTests {
    /// A file that NumPy wrote; see `Fixtures/interop/make_arrays.py`.
    private func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: name, withExtension: "npz", subdirectory: "Fixtures/interop")).path
    }

    private func failure(_ body: () throws -> Void) throws -> ConvNetError? {
        do {
            try body()
            return nil
        } catch let error as ConvNetError {
            return error
        }
    }

    /// Reads the array that an npy file of the given header and elements is.
    private func array(header: String, elements: [UInt8] = []) throws -> NpyArray {
        let length = header.utf8.count
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
        return try NpyArray(bytes + Array(header.utf8) + elements, name: "a", path: "file")
    }

    @Test func readsEveryTypeAndOrderThatNumPyWrites() throws {
        let file = try NpzFile.read(try fixture("arrays"))
        #expect(file.names.count == 20)
        for name in file.names where !["boolean", "scalar", "empty", "fortran", "layer/name"].contains(name) {
            #expect(file[name] == Tensor(shape: [2, 3], scalars: [0, 1, 2, 3, 4, 5]), "\(name)")
        }
        #expect(file["boolean"] == Tensor(shape: [2], scalars: [0, 1]))
        #expect(file["scalar"] == Tensor(shape: [], scalars: [0]))
        #expect(file["empty"] == Tensor(shape: [0, 3], scalars: []))
        #expect(file["fortran"] == Tensor(shape: [2, 3, 4], scalars: (0..<24).map { Float($0) }))
        #expect(file["layer/name"] == Tensor(shape: [5], scalars: [0, 1, 2, 3, 4]))
    }

    @Test func readsDeflatedArraysAsTheyAre() throws {
        let arrays = try NpzFile.arrays(["images", "labels"], in: try fixture("packed"))
        #expect(arrays.map(\.shape) == [[4, 8, 8], [4]])
        #expect(arrays[0].unsignedBytes() == (0..<256).map { UInt8($0) })
        #expect(arrays[1].integers() == [0, 1, 2, 3])
        #expect(arrays[1].unsignedBytes() == nil)
    }

    @Test func readsEveryVersionAndSizesBehindTheData() throws {
        let file = try NpzFile.read(try fixture("streamed"))
        #expect(file.names.count == 6)
        for name in file.names {
            #expect(file[name] == Tensor(shape: [2, 3], scalars: [0, 1, 2, 3, 4, 5]), "\(name)")
        }
    }

    @Test func readsHalfPrecision() {
        let cases: [(UInt16, Float)] = [
            (0x0000, 0), (0x3c00, 1), (0xc000, -2), (0x7bff, 65504), (0x0001, 0x1p-24), (0x03ff, 0x3ffp-24),
            (0x3555, 0x1.554p-2), (0x7c00, .infinity), (0xfc00, -.infinity),
        ]
        for (bits, value) in cases { #expect(HalfPrecision.value(bits) == value) }
        #expect(HalfPrecision.value(0x7e00).isNaN)
    }

    @Test func refusesPickles() throws {
        let path = try fixture("pickled")
        let error = try failure { _ = try NpzFile.read(path) }
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("array 'model' holds Python objects") == true)
    }

    @Test func namesAMissingArray() throws {
        let path = try fixture("packed")
        let error = try failure { _ = try NpzFile.arrays(["images", "x_train"], in: path) }
        #expect(error?.message.contains("no array 'x_train'") == true)
    }

    @Test func readsWhatItWrote() throws {
        try withTemporaryFolder { folder in
            var file = NpzFile()
            file["conv2d/kernel"] = Tensor(shape: [2, 2, 1, 3], scalars: (0..<12).map { Float($0) / 3 })
            file["scalar"] = Tensor(shape: [], scalars: [-.infinity])
            file["nothing"] = Tensor(shape: [3, 0], scalars: [])
            try file.write(to: "\(folder)/a.npz")
            try file.write(to: "\(folder)/b.npz")
            let read = try NpzFile.read("\(folder)/a.npz")
            #expect(read == file)
            let a = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.npz"))
            let b = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/b.npz"))
            #expect(a == b)
        }
    }

    @Test func refusesNamesThatNoFileHolds() throws {
        try withTemporaryFolder { folder in
            for name in ["", String(repeating: "n", count: 253)] {
                var file = NpzFile()
                file[name] = .ones([1])
                let error = try failure { try file.write(to: "\(folder)/a.npz") }
                #expect(error?.kind == .invalidArgument)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        "{'shape': (2), 'descr': \"<f4\", 'fortran_order': False}\n",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2L,), }   \n",
    ])
    func readsHeadersOfOtherWriters(header: String) throws {
        let elements: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64]
        #expect(try array(header: header, elements: elements).floats() == [1, 2])
    }

    @Test(arguments: [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "8 bytes of elements"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "bytes of elements"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "not what NumPy writes"),
        ("{'descr': '<f4', 'fortran_order': False}", "not what NumPy writes"),
        ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "not what NumPy writes"),
        ("{'descr': '<f4', 'fortran_order': maybe, 'shape': (2,)}", "not what NumPy writes"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "not what NumPy writes"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,", "not what NumPy writes"),
        ("__import__('os').system('true')", "not what NumPy writes"),
        ("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", "records of several fields"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "Python objects"),
        ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "type '<c8'"),
        ("{'descr': '<U2', 'fortran_order': False, 'shape': (1,)}", "type '<U2'"),
        // Found by fuzzing: a sentence of two lines.
        ("{'descr': '<\n\u{1b}f3', 'fortran_order': False, 'shape': (1,)}", "type '<f3'"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2)}", "9 axes"),
    ])
    func refusesHeaders(header: String, message: String) throws {
        let error = try failure { _ = try array(header: header, elements: [0, 0, 128, 63, 0, 0, 0, 64]) }
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "read")")
    }
}
