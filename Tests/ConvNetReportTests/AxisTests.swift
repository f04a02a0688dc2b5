import Testing

@testable import ConvNetReport

@Suite struct AxisTests {
    @Test func endsAtRoundNumbersAroundTheValues() {
        let axis = Axis("Loss", fitting: [0.0351, 0.1707, 0])
        #expect(axis.low == 0)
        #expect(axis.high == 0.2)
        #expect(axis.ticks.map(axis.text) == ["0.00", "0.05", "0.10", "0.15", "0.20"])
        #expect(axis.place(0.05, from: 100, to: 20) == 80)
    }

    @Test func staysWithinItsLimits() {
        let axis = Axis("Accuracy (%)", fitting: [94.73, 99.99], limits: 0...100)
        #expect(axis.low == 94)
        #expect(axis.high == 100)
        #expect(axis.ticks.map(axis.text) == ["94", "96", "98", "100"])
    }

    @Test func marksWholeNumbersAlone() {
        #expect(Axis("Epoch", fitting: [1, 2, 3, 4], isWhole: true, tickCount: 8).ticks == [1, 2, 3, 4])
        #expect(Axis("Epoch", fitting: [1], isWhole: true).ticks == [1])
        #expect(Axis("Epoch", fitting: [1, 100], isWhole: true, tickCount: 8).ticks == [20, 40, 60, 80, 100])
    }

    @Test(
        arguments: [[], [.nan], [.infinity, .nan], [3], [0, 0], [-2, -1], [1e-9, 2e-9], [1e12, 5e12]] as [[Double]])
    func takesAnyValues(_ values: [Double]) {
        let axis = Axis("Anything", fitting: values)
        #expect(axis.low < axis.high)
        #expect(axis.ticks.count <= 12)
        for value in values where value.isFinite {
            #expect((axis.low...axis.high).contains(value))
            #expect((0...1).contains(axis.place(value, from: 0, to: 1)))
        }
    }
}
