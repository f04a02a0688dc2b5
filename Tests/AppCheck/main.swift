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
let predictor = try model.predictor()
let images = test.images
final class Answers: @unchecked Sendable {
    private let lock = DispatchQueue(label: "answers")
    private var wrong: [String] = []
    private var count = 0
    func add(_ problem: String?) {
        lock.sync {
            count += 1
            if let problem { wrong.append(problem) }
        }
    }
    var result: (count: Int, wrong: [String]) { lock.sync { (count, wrong) } }
}
let answers = Answers()
DispatchQueue.concurrentPerform(iterations: 16) { _ in
    do {
        answers.add(try predictor.predict(images) == expected ? nil : "other probabilities than alone")
    } catch {
        answers.add("\(error)")
    }
}
try expect(answers.result.count == 16, "\(answers.result.count) of 16 predictions came back")
try expect(answers.result.wrong.isEmpty, "predicting from several threads gave \(answers.result.wrong)")

let path = CommandLine.arguments[1]
try model.save(to: path)
try expect(try Sequential.load(from: path).predict(images) == expected, "the loaded model predicts otherwise")
print("app: accuracy \(accuracy), 16 concurrent predictions equal, saved and loaded")
