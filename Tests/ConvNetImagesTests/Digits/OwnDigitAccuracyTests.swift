import ConvNet
import Foundation
import Testing

@testable import ConvNetImages

/// How well digits are read in pictures that people could have made, against the same digits as MNIST has them.
///
/// A few of MNIST's test digits, and a network trained briefly; `make accuracy` sets the variables for the full figure.
@Suite struct OwnDigitAccuracyTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let mnist = try? MNIST.load()
    private static let count = variables["CONVNET_ACCURACY_PICTURES"].flatMap { Int($0) } ?? 200
    private static let trainingCount = variables["CONVNET_ACCURACY_TRAINING"].flatMap { Int($0) } ?? 12_000
    private static let epochs = variables["CONVNET_ACCURACY_EPOCHS"].flatMap { Int($0) } ?? 3

    /// What a picture may cost, as a share of the digits.
    private static let largestLoss = 0.015

    /// Digit `index` in a picture of its own: side from 20 to 4000 pixels, evenly in its logarithm.
    private func encoded(_ image: [Float], index: Int) -> [UInt8] {
        var noise = Noise(seed: UInt64(index))
        let side = Int(20 * pow(200, Double.random(in: 0...1, using: &noise)))
        // A margin only where the digit keeps the pixels that it was drawn with.
        let size = max(Int(Double(side) * Double.random(in: 0.5...1, using: &noise)), min(side, 24))
        var drawn = DrawnPicture(width: side, height: side)
        drawn.draw(
            image, side: 28, x: Int.random(in: 0...(side - size), using: &noise),
            y: Int.random(in: 0...(side - size), using: &noise), size: size)
        let picture = drawn.picture(
            isDark: Bool.random(using: &noise), gradient: Float.random(in: 0...0.3, using: &noise),
            grain: Float.random(in: 0...20, using: &noise), seed: UInt64(index))
        return Bool.random(using: &noise)
            ? JPEG.encode(picture.pixels, width: side, quality: 30)
            : PNG(width: side, height: side, colorType: .gray, depth: 8, samples: picture.pixels.map { Int($0) }).bytes
    }

    @Test(.enabled(if: Self.mnist != nil, "MNIST is not on this machine; set DIGITS_DATA"))
    func readsPicturesAsWellAsMNIST() throws {
        let (train, test) = try #require(Self.mnist)
        let network = try BuiltinNetwork.named("cnn-compact")
        let model = try network.model()
        model.compile(optimizer: network.optimizer, loss: network.loss, metrics: [.accuracy])
        try model.fit(train.prefix(Self.trainingCount), epochs: Self.epochs, batchSize: network.batchSize)

        let digits = test.prefix(Self.count)
        let direct = zip(try model.predictClasses(digits), digits.labels).filter { $0 == Int($1) }.count
        var right = 0
        var empty = 0
        for index in 0..<Self.count {
            let image = Array(digits.images.scalars[(index * 784)..<((index + 1) * 784)])
            let picture = try Picture.decode(encoded(image, index: index), path: "digit \(index)")
            let found = DigitFinder().digits(in: picture)
            if found.isEmpty { empty += 1 }
            guard found.count == 1 else { continue }
            let seen = Tensor(shape: [1, 28, 28, 1], scalars: found[0].image.pixels.map { Float($0) / 255 })
            if try model.predictClasses(seen)[0] == Int(digits.labels[index]) { right += 1 }
        }
        print("own digits: \(right) of \(Self.count) right in pictures, \(direct) directly, \(empty) not found")
        #expect(Double(direct - right) <= Self.largestLoss * Double(Self.count))
    }
}
