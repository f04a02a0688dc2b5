import Testing

@testable import ConvNet

@Suite struct LogsTests {
    private func logs(_ entries: (String, Double)...) -> Logs {
        var logs = Logs()
        for (name, value) in entries { logs[name] = value }
        return logs
    }

    @Test func entriesKeepTheOrderInWhichTheyCame() {
        var subject = logs(("loss", 1), ("accuracy", 2), ("loss", 3))
        #expect(subject.names == ["loss", "accuracy"])
        #expect(subject["loss"] == 3)
        #expect(subject["nothing"] == nil)
        subject["loss"] = nil
        subject["nothing"] = nil
        subject["loss"] = 4
        #expect(subject.map(\.name) == ["accuracy", "loss"])
        #expect(subject.map(\.value) == [2, 4])
    }

    @Test func mergingReplacesAndAdds() {
        var subject = logs(("loss", 1), ("accuracy", 2))
        subject.merge(logs(("val_loss", 3), ("loss", 4)))
        #expect(subject == logs(("loss", 4), ("accuracy", 2), ("val_loss", 3)))
    }

    @Test func equalityIsOfNamesOrderAndNumbers() {
        #expect(logs(("a", 1), ("b", 2)) == logs(("a", 1), ("b", 2)))
        #expect(logs(("a", 1), ("b", 2)) != logs(("b", 2), ("a", 1)))
        #expect(logs(("a", 1)) != logs(("a", 2)))
        #expect(logs(("a", 1)) != logs(("a", 1), ("b", 2)))
    }

    @Test func standardErrorsAreThoseOfIndependentTrials() {
        let evaluation = Evaluation(loss: 1, logs: logs(("loss", 1), ("accuracy", 0.9)), count: 100)
        #expect(evaluation.accuracy == 0.9)
        #expect(evaluation["loss"] == 1)
        let error = evaluation.accuracyStandardError ?? 0
        #expect((error - 0.03).magnitude < 1e-12)
        #expect(Evaluation(loss: 1, logs: logs(("loss", 1)), count: 9).accuracyStandardError == nil)
    }
}
