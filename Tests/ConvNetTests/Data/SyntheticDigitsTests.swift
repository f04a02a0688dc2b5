import Testing

@testable import ConvNet

@Suite(.serialized) struct SyntheticDigitsTests {
    @Test func givesAsManyAsAskedForInMNISTsForm() throws {
        let (train, test) = try SyntheticDigits.load(train: 500, test: 70)
        #expect(train.count == 500 && test.count == 70)
        for part in [train, test] {
            #expect(part.name == "synthetic")
            #expect(part.imageShape == [28, 28, 1])
            #expect(part.classNames == (0...9).map { "\($0)" })
        }
        #expect(Set(train.labels) == Set(0...9))
        let none = try SyntheticDigits.load(train: 0, test: 0)
        #expect(none.train.count == 0 && none.test.count == 0)
        #expect(throws: ConvNetError.self) { try SyntheticDigits.load(train: -1) }
        #expect(throws: ConvNetError.self) { try SyntheticDigits.load(train: .max, test: .max) }
    }

    @Test func isTheSameForASeedAndAnyNumberOfThreads() throws {
        let threads = ConvNetRuntime.threadCount
        defer { ConvNetRuntime.threadCount = threads }
        ConvNetRuntime.threadCount = 1
        let one = try SyntheticDigits.load(train: 300, test: 33, seed: 5)
        ConvNetRuntime.threadCount = 3
        let three = try SyntheticDigits.load(train: 300, test: 33, seed: 5)
        #expect(one.train.images == three.train.images && one.test.images == three.test.images)
        #expect(one.train.labels == three.train.labels && one.test.labels == three.test.labels)

        // The test images go on where the training images end.
        let whole = try SyntheticDigits.load(train: 333, test: 0, seed: 5).train
        #expect(whole[300..<333].images == one.test.images)
        let other = try SyntheticDigits.load(train: 333, test: 0, seed: 6).train
        #expect(whole.labels != other.labels)
    }

    /// No two digits are alike, and none is blank.
    @Test func variesEveryDigit() throws {
        let train = try SyntheticDigits.load(train: 2000, test: 0).train
        var seen: Set<[Float]> = []
        for index in 0..<train.count { seen.insert(train.image(index).scalars) }
        #expect(seen.count == train.count)
    }

    /// Ink fitted into 20 x 20 pixels, its centre of mass within a pixel of the middle, as in MNIST.
    @Test func placesTheInkAsMNISTDoes() throws {
        let train = try SyntheticDigits.load(train: 1000, test: 0).train
        for index in 0..<train.count {
            let image = train.image(index).scalars
            var (mass, x, y): (Float, Float, Float) = (0, 0, 0)
            var rows: Set<Int> = [], columns: Set<Int> = []
            for (pixel, level) in image.enumerated() where level > 0 {
                mass += level
                x += level * (Float(pixel % 28) - 13.5)
                y += level * (Float(pixel / 28) - 13.5)
                rows.insert(pixel / 28)
                columns.insert(pixel % 28)
            }
            #expect(rows.count <= 20 && columns.count <= 20)
            #expect(max(rows.count, columns.count) >= 18)
            #expect(abs(x / mass) <= 0.51 && abs(y / mass) <= 0.51, "image \(index)")
            #expect(image.contains { $0 > 0.9 })
        }
    }
}
