import Testing

@testable import ConvNet

/// Learning-rate schedules that Keras does not have; the others are compared with Keras's.
@Suite struct LearningRateTests {
    @Test func oneCycleFollowsPyTorch() {
        // What torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=20) of PyTorch 2.15 gives.
        let expected: [Float] = [
            0.004, 0.0131671843, 0.0371671843, 0.0668328157, 0.0908328157, 0.1, 0.0987464006, 0.0950484632,
            0.0890916178, 0.0811745654, 0.0716943002, 0.0611262022, 0.0500002, 0.0388741978, 0.0283060998,
            0.0188258346, 0.0109087822, 0.0049519368, 0.00125399938, 4e-07,
        ]
        let schedule = LearningRate.oneCycle(maximum: 0.1, steps: 20)
        for (step, rate) in expected.enumerated() {
            // Both compute in double; the list above has nine digits.
            #expect((schedule.value(at: step) - rate).magnitude <= 4 * rate.ulp, "step \(step)")
        }
        #expect(schedule.value(at: 1000) == expected[19])
    }

    @Test func warmUpRisesInALine() {
        let schedule = LearningRate.warmUp(
            steps: 4, then: .exponentialDecay(initial: 0.8, steps: 1, rate: 0.5))
        let rates = (0..<7).map { schedule.value(at: $0) }
        #expect(rates == [0, 0.2, 0.4, 0.6, 0.8, 0.4, 0.2])
    }

    @Test func constantStaysTheSame() {
        let rate: LearningRate = 0.25
        #expect([0, 1, 1_000_000].map { rate.value(at: $0) } == [0.25, 0.25, 0.25])
    }
}
