import Foundation
import Testing

/// A small data set in MNIST's form: digits of seven segments, shifted and with noise, so that a network can learn them.
enum DrawnDigits {
    static let trainImages = "train-images-idx3-ubyte"
    static let trainLabels = "train-labels-idx1-ubyte"
    static let testImages = "t10k-images-idx3-ubyte"
    static let testLabels = "t10k-labels-idx1-ubyte"

    /// The segments of each digit: top, upper left, upper right, middle, lower left, lower right, bottom.
    private static let segments: [[Int]] = [
        [0, 1, 2, 4, 5, 6], [2, 5], [0, 2, 3, 4, 6], [0, 2, 3, 5, 6], [1, 2, 3, 5], [0, 1, 3, 5, 6],
        [0, 1, 3, 4, 5, 6], [0, 2, 5], [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 5, 6],
    ]

    /// Row, column, height and width of each segment in a box of 18 x 11 pixels.
    private static let boxes = [
        (0, 0, 2, 11), (0, 0, 10, 2), (0, 9, 10, 2), (8, 0, 2, 11), (8, 0, 10, 2), (8, 9, 10, 2), (16, 0, 2, 11),
    ]

    /// Writes the four files.
    static func write(to folder: String, trainCount: Int = 300, testCount: Int = 100) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var noise = Noise(state: 42)
        for (count, images, labels) in [
            (trainCount, trainImages, trainLabels), (testCount, testImages, testLabels),
        ] {
            let digits = (0..<count).map { UInt8($0 % 10) }
            var pixels: [UInt8] = []
            for digit in digits { pixels += draw(Int(digit), &noise) }
            try write(idx([count, 28, 28], pixels), to: "\(folder)/\(images)")
            try write(idx([count], digits), to: "\(folder)/\(labels)")
        }
    }

    /// A file in the IDX format.
    static func idx(_ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(dimensions.count)]
            + dimensions.flatMap { length in (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xff) } } + elements
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    private static func draw(_ digit: Int, _ noise: inout Noise) -> [UInt8] {
        var image = (0..<784).map { _ in UInt8(noise.next(24)) }
        let (top, left) = (2 + noise.next(7), 4 + noise.next(9))
        for (row, column, height, width) in segments[digit].map({ boxes[$0] }) {
            for y in row..<row + height {
                for x in column..<column + width { image[(top + y) * 28 + left + x] = UInt8(200 + noise.next(56)) }
            }
        }
        return image
    }

    /// A linear congruential generator (Knuth's MMIX constants).
    private struct Noise {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }
}
