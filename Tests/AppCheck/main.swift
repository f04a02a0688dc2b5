// Trains a small network on data of its own, predicts from several threads at once, saves and loads.
// Every answer that is not the expected one ends the program with a sentence.
import ConvNet
import Dispatch

struct CheckFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func expect(_ condition: Bool, _ sentence: String) throws {
    if !condition { throw CheckFailure(sentence) }
}

/// Noise images of 8 by 8 with one bright quadrant, whose number is the label.
func quadrants(count: Int, seed: UInt64) throws -> Dataset {
    var images = Tensor.uniform([count, 8, 8, 1], low: 0, high: 0.5, seed: seed)
    let labels = (0..<count).map { $0 * 7 % 4 }
    for (image, label) in labels.enumerated() {
        for row in 0..<4 {
            for column in 0..<4 {
                images[image, label / 2 * 4 + row, label % 2 * 4 + column, 0] += 0.5
            }
        }
    }
    return try Dataset(images: images, labels: labels)
}

let train = try quadrants(count: 512, seed: 1)
let test = try quadrants(count: 128, seed: 2)
let model = try Sequential(inputShape: [8, 8, 1], seed: 3) {
    Conv2D(8, kernelSize: 3, activation: .relu)
    MaxPooling2D()
    Flatten()
    Dense(4, activation: .softmax)
}
model.compile(optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy, metrics: [.accuracy])
let history = try model.fit(train, epochs: 5, batchSize: 32)
try expect(history.epochs.count == 5, "fit gave \(history.epochs.count) epochs, not 5")
let accuracy = try model.evaluate(test).accuracy ?? 0
try expect(accuracy > 0.95, "the network learnt nothing: accuracy \(accuracy)")

let expected = try model.predict(test.images)
let predictor = model.predictor()
let images = test.images
let threads = 16
let agreements = UnsafeMutableBufferPointer<Bool>.allocate(capacity: threads)
agreements.initialize(repeating: false)
// Each iteration writes its own element.
nonisolated(unsafe) let elements = agreements
DispatchQueue.concurrentPerform(iterations: threads) { elements[$0] = predictor.predict(images) == expected }
try expect(agreements.allSatisfy(\.self), "predicting from several threads gave \(Array(agreements))")
agreements.deallocate()

let path = CommandLine.arguments[1]
try model.save(to: path)
try expect(try Sequential.load(from: path).predict(images) == expected, "the loaded model predicts otherwise")
print("app: accuracy \(accuracy), \(threads) concurrent predictions equal, saved and loaded")
