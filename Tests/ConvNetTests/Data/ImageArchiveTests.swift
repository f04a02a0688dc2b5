import Foundation
import Testing

@testable import ConvNet

@Suite struct ImageArchiveTests {
    /// An npy file: version 1.0, C order.
    private static func npy(_ type: String, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        let sizes = shape.map { "\($0)," }.joined()
        let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + bytes
    }

    /// Two images for training and one for the test, as Keras's file has them, with some arrays replaced.
    private func load(_ replaced: [String: [UInt8]?] = [:]) throws -> (train: Dataset, test: Dataset) {
        var arrays: [String: [UInt8]?] = [
            "x_train": Self.npy("|u1", [2, 2, 2], [0, 51, 255, 1, 9, 8, 7, 6]),
            "y_train": Self.npy("|u1", [2], [5, 0]),
            "x_test": Self.npy("|u1", [1, 2, 2], [4, 3, 2, 1]),
            "y_test": Self.npy("<i8", [1], [9, 0, 0, 0, 0, 0, 0, 0]),
        ]
        arrays.merge(replaced) { $1 }
        return try withTemporaryFolder { folder in
            let path = "\(folder)/mnist.npz"
            try AtomicFile.write(to: path) { sink in
                var writer = ZipWriter(path: path)
                for (name, content) in arrays.sorted(by: { $0.key < $1.key }) {
                    if let content { try writer.add("\(name).npy", content, to: &sink) }
                }
                try writer.finish(&sink)
            }
            return try ImageArchive.load(path, name: "small")
        }
    }

    @Test func readsWhatKerasPublishes() throws {
        let (train, test) = try load()
        #expect(train.imageShape == [2, 2, 1])
        #expect(train.labels == [5, 0])
        #expect(train.image(0)[0, 1, 0] == Float(51) * (1 / 255))
        #expect(train.name == "small")
        #expect(test.labels == [9])
        #expect(test.classNames == (0...9).map { "\($0)" })
    }

    @Test func takesChannelsColumnsOfLabelsAndFloats() throws {
        let half: [UInt8] = [0, 0, 0, 0x3f]
        let (train, test) = try load([
            "x_train": Self.npy("|u1", [2, 1, 1, 3], [1, 2, 3, 4, 5, 6]),
            "y_train": Self.npy("|u1", [2, 1], [3, 11]),
            "x_test": Self.npy("<f4", [1, 1, 1, 3], half + half + half),
        ])
        #expect(train.imageShape == [1, 1, 3])
        #expect(train.classNames.count == 12)
        #expect(test.images.scalars == [0.5, 0.5, 0.5])
    }

    private static let wrong: [(array: String, content: [UInt8]?, reason: String)] = [
        ("y_test", nil, "no array 'y_test'"),
        ("x_train", npy("|u1", [2, 4], [0, 1, 2, 3, 4, 5, 6, 7]), "'x_train' has the shape [2, 4]"),
        ("x_train", npy("|u1", [0, 2, 2], []), "'x_train' has the shape [0, 2, 2]"),
        ("x_train", npy("|u1", [1, 2, 2], [0, 1, 2, 3]), "'x_train' has 1 images, but there are 2 labels"),
        ("x_test", npy("|u1", [1, 1, 2], [0, 1]), "those of x_test [1, 2, 1]"),
        ("x_test", npy("<f4", [1, 1, 1], [0, 0, 0xc0, 0x7f]), "'x_test': image 0 holds nan"),
        ("y_train", npy("<f4", [2], [0, 0, 0, 0, 0, 0, 0, 0]), "labels are one whole number"),
        ("y_train", npy("|u1", [1, 2], [0, 1]), "labels are one whole number"),
        ("y_train", npy("|i1", [2], [0, 255]), "'y_train' holds the label -1 at 1"),
        ("y_train", npy("|O", [2], [0x80]), "pickle"),
    ]

    @Test(arguments: wrong)
    func namesTheArrayThatIsWrong(array: String, content: [UInt8]?, reason: String) throws {
        let error = try #require(throws: ConvNetError.self) { try load([array: content]) }
        #expect(error.kind == .invalidData)
        #expect(error.path?.hasSuffix("mnist.npz") == true)
        #expect(error.message.contains(reason), "\(error.message)")
    }
}
