import Foundation
import Testing

@testable import ConvNet

@Suite struct MNISTTests {
    private static func idx(_ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(dimensions.count)]
            + dimensions.flatMap { length in (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xff) } } + elements
    }

    private static func images(_ count: Int, height: Int = 28) -> [UInt8] {
        idx([count, height, 28], (0..<count * height * 28).map { UInt8(truncatingIfNeeded: $0) })
    }

    /// Three images for training and two for the test; the second pair of files is gzip.
    private func writeSmall(to folder: String) throws {
        try write(Self.images(3), to: "\(folder)/train-images-idx3-ubyte")
        try write(Self.idx([3], [5, 0, 9]), to: "\(folder)/train-labels-idx1-ubyte")
        try write(gzip(Self.images(2)), to: "\(folder)/t10k-images-idx3-ubyte.gz")
        try write(gzip(Self.idx([2], [7, 2])), to: "\(folder)/t10k-labels-idx1-ubyte.gz")
    }

    @Test func readsAFolderOrItsFolderMnist() throws {
        try withTemporaryFolder { folder in
            let inner = "\(folder)/mnist"
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
            try writeSmall(to: inner)
            for place in [folder, inner] {
                let (train, test) = try MNIST.load(from: place)
                #expect(train.count == 3)
                #expect(train.labels == [5, 0, 9])
                #expect(train.imageShape == [28, 28, 1])
                #expect(train.name == "mnist")
                #expect(train.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
                #expect(train.image(1)[0, 0, 0] == Float(784 % 256) / 255)
                #expect(test.labels == [7, 2])
                #expect(test.images.max() == 1)
            }
        }
    }

    @Test func looksInTheOrderOfTheDocumentation() {
        #expect(MNIST.files.places(folder: "a", environment: ["DIGITS_DATA": "/d"]) == ["a", "a/mnist"])
        #expect(
            MNIST.files.places(folder: nil, environment: ["DIGITS_DATA": "/d", "XDG_CACHE_HOME": "/x", "HOME": "/h"])
                == ["/d", "/d/mnist", "/x/convnet", "/x/convnet/mnist"])
        #expect(
            MNIST.files.places(
                folder: nil, environment: ["DIGITS_DATA": "", "XDG_CACHE_HOME": "relative", "HOME": "/h"])
                == ["/h/.cache/convnet", "/h/.cache/convnet/mnist"])
        #expect(MNIST.files.places(folder: nil, environment: [:]) == [])
    }

    @Test func namesEveryPlaceWhereNothingIs() throws {
        try withTemporaryFolder { folder in
            let error = try #require(throws: ConvNetError.self) { try MNIST.load(from: folder) }
            #expect(error.kind == .missingInput)
            #expect(error.message.contains("\(folder), \(folder)/mnist"))
            #expect(error.message.contains("DIGITS_DATA"))
        }
    }

    @Test(arguments: IDXDataset.fileNames)
    func namesTheFileThatIsMissing(name: String) throws {
        try withTemporaryFolder { folder in
            try writeSmall(to: folder)
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name).gz")
            let error = try #require(throws: ConvNetError.self) { try MNIST.load(from: folder) }
            #expect(error.kind == .missingInput)
            #expect(error.path == "\(folder)/\(name)")
        }
    }

    private static let wrong: [(String, [UInt8], String)] = [
        ("train-labels-idx1-ubyte", idx([3], [5, 10, 9]), "label 10 at position 1"),
        ("train-labels-idx1-ubyte", idx([2], [5, 0]), "2 labels"),
        ("train-labels-idx1-ubyte", idx([4], [5, 0, 1, 2]), "4 labels"),
        ("train-labels-idx1-ubyte", idx([3, 1], [5, 0, 1]), "[3, 1]"),
        ("train-labels-idx1-ubyte", images(3), "[3, 28, 28]"),
        ("train-images-idx3-ubyte", images(3, height: 27), "[3, 27, 28]"),
        ("train-images-idx3-ubyte", idx([3], [5, 0, 9]), "[3]"),
        ("train-images-idx3-ubyte", Array(images(3).dropLast()), "fewer bytes"),
        ("t10k-labels-idx1-ubyte.gz", Array(gzip(idx([2], [7, 2])).dropLast()), "breaks off"),
    ]

    @Test(arguments: wrong)
    func namesTheFileThatIsWrong(name: String, bytes: [UInt8], reason: String) throws {
        try withTemporaryFolder { folder in
            try writeSmall(to: folder)
            try write(bytes, to: "\(folder)/\(name)")
            let error = try #require(throws: ConvNetError.self) { try MNIST.load(from: folder) }
            #expect(error.kind == .invalidData)
            #expect(error.path == "\(folder)/\(name)")
            #expect(error.message.contains(reason), "\(error.message)")
        }
    }

    private static var isHere: Bool {
        MNIST.files.places(folder: nil, environment: ProcessInfo.processInfo.environment).contains { place in
            ["", ".gz"].contains { FileManager.default.fileExists(atPath: "\(place)/\(IDXDataset.fileNames[0])\($0)") }
        }
    }

    @Test(.enabled(if: isHere, "MNIST is not here: set DIGITS_DATA to the folder that holds it"))
    func readsTheRealOne() throws {
        let (train, test) = try MNIST.load()
        #expect(train.count == 60_000)
        #expect(test.count == 10_000)
        #expect(train.labels.prefix(5) == [5, 0, 4, 1, 9])
        #expect(test.labels.prefix(5) == [7, 2, 1, 0, 4])
        // How often each digit occurs, as published.
        let frequency = (0..<10).map { digit in train.labels.count { $0 == digit } }
        #expect(frequency == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        let first = train.image(0)
        #expect(first.shape == [28, 28, 1])
        #expect(first.min() == 0 && first.max() == 1)
        #expect(first[5, 12, 0] == 3 * (1 / 255 as Float))
    }
}
