import Foundation
import Testing

@testable import ConvNet

/// What optimizers look like in files, and what their settings do at the edges. Their steps are compared with Keras's.
@Suite struct OptimizerSettingsTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func settingsHaveKerassNames() throws {
        #expect(
            try json(SGD(learningRate: 0.5, momentum: 0.25, nesterov: true))
                == #"{"clipping":{},"learning_rate":0.5,"momentum":0.25,"nesterov":true}"#)
        #expect(
            try json(RMSprop(learningRate: 0.5, rho: 0.75, epsilon: 0.125, clipping: .value(2)))
                == #"{"centered":false,"clipping":{"clipvalue":2},"epsilon":0.125,"learning_rate":0.5,"momentum":0,"#
                + #""rho":0.75}"#)
        #expect(
            try json(Adam(learningRate: 0.5, beta1: 0.25, beta2: 0.75, epsilon: 0.125, clipping: .norm(3)))
                == #"{"beta_1":0.25,"beta_2":0.75,"clipping":{"clipnorm":3},"epsilon":0.125,"learning_rate":0.5}"#)
        #expect(
            try json(AdamW(learningRate: 0.5, weightDecay: 2, beta1: 0, beta2: 0, epsilon: 1, clipping: .globalNorm(4)))
                == #"{"beta_1":0,"beta_2":0,"clipping":{"global_clipnorm":4},"epsilon":1,"learning_rate":0.5,"#
                + #""weight_decay":2}"#)
    }

    @Test func schedulesHaveKerassNames() throws {
        #expect(
            try json(LearningRate.cosineDecay(initial: 1, steps: 7, alpha: 0.5, warmUpTarget: 2, warmUpSteps: 3))
                == #"{"class_name":"CosineDecay","config":{"alpha":0.5,"decay_steps":7,"initial_learning_rate":1,"#
                + #""warmup_steps":3,"warmup_target":2}}"#)
        #expect(
            try json(LearningRate.exponentialDecay(initial: 1, steps: 7, rate: 0.5))
                == #"{"class_name":"ExponentialDecay","config":{"decay_rate":0.5,"decay_steps":7,"#
                + #""initial_learning_rate":1,"staircase":false}}"#)
        #expect(
            try json(LearningRate.piecewiseConstant(boundaries: [2], values: [1, 2]))
                == #"{"class_name":"PiecewiseConstantDecay","config":{"boundaries":[2],"values":[1,2]}}"#)
    }

    @Test(arguments: [
        #"{"class_name":"Inverse","config":{}}"#, #"{"class_name":"CosineDecay","config":{}}"#,
        #"{"class_name":"CosineDecay"}"#, #""fast""#, "[]", "null",
    ])
    func schedulesThatAreNoneAreRefused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(LearningRate.self, from: Data(json.utf8)) }
    }

    /// Numbers from files: no schedule may overflow or divide by zero.
    @Test(arguments: [Int.min, -1, 0, 1, 3, .max])
    func schedulesOfAnyLengthGiveNumbers(steps: Int) {
        let schedules: [LearningRate] = [
            .exponentialDecay(initial: 1, steps: steps, rate: 0.5), .cosineDecay(initial: 1, steps: steps),
            .cosineDecay(initial: 1, steps: 10, warmUpTarget: 2, warmUpSteps: steps),
            .oneCycle(maximum: 1, steps: steps),
            .warmUp(steps: steps, then: 0.5), .piecewiseConstant(boundaries: [steps], values: [1]),
            .piecewiseConstant(boundaries: [], values: []),
        ]
        for schedule in schedules {
            for step in [0, 1, 2, 1000, .max] {
                let rate = schedule.value(at: step)
                #expect(rate.isFinite && rate >= 0 && rate <= 2, "\(schedule) at \(step): \(rate)")
            }
        }
    }

    @Test func aScheduleCountsStepsOverEpochs() throws {
        let model = try Sequential(inputShape: [1]) { Dense(1, useBias: false, kernelInitializer: .zeros) }
        // The gradient of (0 - y)² at x = 1, w = 0 is -2y, and after the first step w = y.
        model.compile(
            optimizer: SGD(learningRate: .piecewiseConstant(boundaries: [2], values: [0, 0.5])),
            loss: .meanSquaredError)
        var seen: [Float] = []
        final class Watcher: Callback {
            let see: (Float) -> Void
            init(_ see: @escaping (Float) -> Void) { self.see = see }
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) {
                see(context.model.weights[0].tensor.scalars[0])
            }
        }
        try model.fit(
            x: .ones([2, 1]), y: Tensor([[8], [8]]), epochs: 2, batchSize: 1, callbacks: [Watcher { seen.append($0) }])
        #expect(seen == [0, 0, 0, 8])
    }

    /// Norms that overflow a float, and gradients that are all zero.
    @Test func clippingAtTheEdges() {
        func clipped(_ clipping: GradientClipping, _ values: [Float]) -> [Float] {
            let arena = Arena(count: values.count)
            for (index, value) in values.enumerated() { arena.floats.base[index] = value }
            let parameter = Parameter(
                name: "w", shape: [values.count], isTrainable: true, initializer: .zeros, regularizer: nil, offset: 0)
            clipping.apply(to: arena.floats, of: [parameter])
            return (0..<values.count).map { arena.floats.base[$0] }
        }
        for clipping in [GradientClipping.norm(1), .globalNorm(1), .value(1)] {
            #expect(clipped(clipping, [0, 0, 0]) == [0, 0, 0])
            #expect(clipped(clipping, [0.25, 0, -0.5]) == [0.25, 0, -0.5])
        }
        #expect(clipped(.norm(5), [30, 40]) == [3, 4])
        #expect(clipped(.value(5), [30, -40]) == [5, -5])
        let huge = clipped(.globalNorm(1), [3e38, -3e38])
        #expect(huge.allSatisfy { $0.isFinite })
        #expect((huge[0] - Float(0.5).squareRoot()).magnitude <= 4 * huge[0].ulp)
        #expect(huge[1] == -huge[0])
    }
}
