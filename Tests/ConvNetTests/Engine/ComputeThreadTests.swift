import Foundation
import Synchronization
import Testing

@testable import ConvNet

@Suite struct ComputeThreadTests {
    struct Failure: Error, Equatable {
        let number: Int
    }

    @Test func returnsAndThrowsWhatTheBodyDoes() {
        #expect(ComputeThread.shared.run { 7 } == 7)
        #expect(throws: Failure(number: 8)) {
            try ComputeThread.shared.run { () throws(Failure) -> Int in throw Failure(number: 8) }
        }
    }

    @Test func isOneThreadAndNotTheCallers() {
        let own = pthread_self()
        let first = ComputeThread.shared.run { pthread_self() }
        let second = ComputeThread.shared.run { pthread_self() }
        #expect(pthread_equal(first, second) != 0)
        #expect(pthread_equal(first, own) == 0)
    }

    @Test func aJobOfAJobRunsAtOnce() {
        let order = ComputeThread.shared.run {
            var order = ["outer"]
            ComputeThread.shared.run { order.append("inner") }
            return order + ["after"]
        }
        #expect(order == ["outer", "inner", "after"])
    }

    @Test func jobsOfManyThreadsNeverOverlap() {
        let isBusy = Atomic(false)
        let overlaps = Atomic(0)
        let done = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 400) { _ in
            ComputeThread.shared.run {
                if isBusy.exchange(true, ordering: .sequentiallyConsistent) {
                    overlaps.add(1, ordering: .sequentiallyConsistent)
                }
                isBusy.store(false, ordering: .sequentiallyConsistent)
                done.add(1, ordering: .sequentiallyConsistent)
            }
        }
        #expect(overlaps.load(ordering: .sequentiallyConsistent) == 0)
        #expect(done.load(ordering: .sequentiallyConsistent) == 400)
    }

    /// Denormals count as zero in kernels; the program that calls them keeps its own rules.
    @Test func theCallersFloatingPointStateStays() throws {
        let model = try Sequential(inputShape: [2]) { Dense(2) }
        _ = try model.predict(.ones([1, 2]))
        model.compile(loss: .meanSquaredError)
        try model.fit(x: .ones([4, 2]), y: .ones([4, 2]))
        var small = Float.leastNormalMagnitude
        withUnsafeMutablePointer(to: &small) { $0.pointee /= 2 }
        #expect(small > 0)
    }

    /// Ends training once a prediction on another thread has come back.
    private final class Waiting: Callback {
        let answered: @Sendable () -> Bool
        let began: @Sendable () -> Void
        private(set) var sawAnswer = false

        init(began: @escaping @Sendable () -> Void, answered: @escaping @Sendable () -> Bool) {
            self.began = began
            self.answered = answered
        }

        func onTrainBegin(_ context: TrainingContext) throws { began() }

        func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
            if answered() {
                sawAnswer = true
                context.stop()
            }
        }
    }

    @Test func aPredictionNeedNotWaitForATrainingToEnd() throws {
        let predicting = try Sequential(inputShape: [64]) {
            Dense(256)
            Dense(10)
        }
        let predictor = predicting.predictor()
        let x = Tensor.uniform([500, 64], seed: 1)
        #expect(predicting.graph.cost * 500 > 1e7, "enough work for the compute thread")
        let expected = predictor.predict(x)

        let began = DispatchSemaphore(value: 0)
        let answer = Mutex<Tensor?>(nil)
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            began.wait()
            let result = predictor.predict(x)
            answer.withLock { $0 = result }
            finished.signal()
        }
        let waiting = Waiting(began: { began.signal() }, answered: { answer.withLock { $0 != nil } })
        let training = try Sequential(inputShape: [1]) { Dense(1) }
        training.compile(optimizer: SGD(), loss: .meanSquaredError)
        try training.fit(
            x: .ones([1000, 1]), y: .ones([1000, 1]), epochs: 5000, batchSize: 1, callbacks: [waiting])
        finished.wait()
        #expect(waiting.sawAnswer)
        #expect(answer.withLock { $0 } == expected)
    }
}
