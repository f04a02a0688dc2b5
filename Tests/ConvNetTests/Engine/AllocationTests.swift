import AllocationCounter
import ConvNet
import Testing

/// The count of allocations is the whole process's, so each of these runs in a process of its own.
@Suite(.enabled(if: allocation_count_works(), "a sanitizer's allocator cannot be counted"))
struct AllocationTests {
    @Test func countsAllocations() async {
        await #expect(processExitsWith: .success) {
            let before = allocation_count()
            let array = [Int](repeating: 1, count: 1000)
            #expect(allocation_count() > before)
            withExtendedLifetime(array) {}
        }
    }

    @Test func convolutionalTrainingStepAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let model = try Sequential(inputShape: [12, 12, 1], seed: 1) {
                Conv2D(8, kernelSize: 3, activation: .relu)
                BatchNormalization()
                MaxPooling2D()
                Conv2D(4, kernelSize: 3, padding: .same)
                AveragePooling2D()
                Dropout(0.25)
                Flatten()
                Dense(16, activation: .gelu())
                Dense(10, activation: .softmax)
            }
            model.compile(
                optimizer: Adam(clipping: .globalNorm(1)), loss: .categoricalCrossentropy, metrics: [.accuracy])
            try expectNoAllocation(model, images: [12, 12, 1])
        }
    }

    @Test func denseTrainingStepAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let model = try Sequential(inputShape: [12, 12, 1], seed: 1) {
                Flatten()
                Dense(32, activation: .sigmoid)
                Dense(10, activation: .softmax)
            }
            model.compile(optimizer: RMSprop(), loss: .meanSquaredError, metrics: [.accuracy])
            try expectNoAllocation(model, images: [12, 12, 1])
        }
    }
}

/// Notes the count of allocations after each batch, in memory taken beforehand.
private final class Recorder: Callback {
    private(set) var counts: [UInt64]
    private var next = 0

    init(steps: Int) { counts = Array(repeating: 0, count: steps) }

    func onBatchEnd(_ batch: Int, _ context: TrainingContext) {
        counts[next] = allocation_count()
        next += 1
    }
}

/// Trains for two epochs and expects that within the second no batch takes memory: not the step, not the loading of the
/// next batch, not the loop around them. The first epoch makes the plan and wakes the threads; the turn of the epochs
/// writes the history.
private func expectNoAllocation(_ model: Sequential, images shape: [Int]) throws {
    let stepsPerEpoch = 8
    let count = 16 * stepsPerEpoch
    let data = try Dataset(images: .uniform([count] + shape, seed: 2), labels: (0..<count).map { $0 % 10 })
    let recorder = Recorder(steps: 2 * stepsPerEpoch)
    try model.fit(data, epochs: 2, batchSize: 16, callbacks: [recorder])
    let second = recorder.counts[stepsPerEpoch...]
    let taken = zip(second, second.dropFirst()).map { $1 - $0 }
    #expect(taken == Array(repeating: 0, count: stepsPerEpoch - 1))
}
