import Foundation
import Testing

@testable import ConvNet

/// What callbacks write: CSV files and progress.
@Suite struct ReportTests {
    /// A network that gives 0 and does not change: its loss is known.
    private func made() throws -> Sequential {
        let model = try Sequential(inputShape: [1]) { Dense(1, kernelInitializer: .zeros) }
        model.compile(optimizer: SGD(learningRate: 0.0), loss: .meanSquaredError, metrics: [.meanAbsoluteError])
        return model
    }

    private let x = Tensor.zeros([4, 1])
    private let y = Tensor([1, 1, 1, 3])

    // MARK: - CSV

    @Test func csvHasALineForEachEpoch() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log.csv"
            try write(Array("what was there before".utf8), to: path)
            try made().fit(
                x: x, y: y, epochs: 5, validationData: (x: Tensor([[0]]), y: Tensor([[0.5]])), initialEpoch: 3,
                callbacks: [CSVLogger(path: path)])
            #expect(
                try String(contentsOfFile: path, encoding: .utf8) == """
                    epoch,loss,mean_absolute_error,val_loss,val_mean_absolute_error
                    3,3.0,1.5,0.25,0.5
                    4,3.0,1.5,0.25,0.5

                    """)
            #expect(try contents(of: folder) == ["log.csv"])
        }
    }

    @Test func csvIsThereAfterEachEpoch() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log.csv"
            final class Reader: Callback {
                let path: String
                var lines: [Int] = []
                init(_ path: String) { self.path = path }
                func onEpochEnd(_ epoch: Int, logs: Logs, _ context: TrainingContext) throws {
                    lines.append(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count)
                }
            }
            let (logger, reader) = (CSVLogger(path: path), Reader(path))
            try made().fit(x: x, y: y, epochs: 3, callbacks: [logger, reader])
            // Another training begins another file.
            try made().fit(x: x, y: y, epochs: 1, callbacks: [logger, reader])
            #expect(reader.lines == [2, 3, 4, 2])
        }
    }

    @Test func aCSVFileThatCannotBeWrittenEndsTraining() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/log.csv"
            let error = #expect(throws: ConvNetError.self) {
                try made().fit(x: x, y: y, callbacks: [CSVLogger(path: path)])
            }
            #expect(error?.kind == .cannotCreate)
            #expect(error?.path?.hasPrefix(folder) == true)
        }
    }

    // MARK: - Progress

    /// What is written, numbers that depend on the clock replaced by `#`.
    private func report(
        _ verbosity: ProgressReport.Verbosity, isTerminal: Bool, epochs: Int = 2, stopAt: Int? = nil,
        isStream: Bool = false
    ) throws -> [String] {
        final class Stopper: Callback {
            let batch: Int?
            init(_ batch: Int?) { self.batch = batch }
            func onBatchEnd(_ batch: Int, _ context: TrainingContext) {
                if batch == self.batch { context.stop() }
            }
        }
        var text: [String] = []
        let progress = ProgressReport(verbosity: verbosity, isTerminal: isTerminal) { text.append($0) }
        let callbacks: [any Callback] = [progress, Stopper(stopAt)]
        if isStream {
            try made().fit(epochs: epochs, callbacks: callbacks) { _ in [Batch(x: x, y: y), Batch(x: x, y: y)] }
        } else {
            try made().fit(x: x, y: y, epochs: epochs, batchSize: 2, callbacks: callbacks)
        }
        return text.map {
            $0.replacing(/\d+\.\d s/, with: "# s").replacing(/\d+\.\d\d ms/, with: "# ms").replacing(
                "\r\u{1B}[K", with: "<")
        }
        .filter { !$0.contains("left") }  // drawn in between, where the machine is slow
    }

    @Test func silenceIsSilent() throws {
        #expect(try report(.silent, isTerminal: true).isEmpty)
        #expect(try report(.silent, isTerminal: false).isEmpty)
        #expect(try report(.silent, isTerminal: true, stopAt: 0).isEmpty)
    }

    @Test func aLineAnEpoch() throws {
        let lines = [
            "Epoch 1/2 - # s - loss: 3.0000 - mean_absolute_error: 1.5000\n",
            "Epoch 2/2 - # s - loss: 3.0000 - mean_absolute_error: 1.5000\n",
        ]
        #expect(try report(.line, isTerminal: false) == lines)
        #expect(try report(.line, isTerminal: true) == lines)
        // Where nothing can be redrawn, a bar is such a line as well.
        #expect(try report(.bar, isTerminal: false) == lines)
        #expect(try report(.line, isTerminal: true, stopAt: 0).isEmpty)
    }

    @Test func aBarOnATerminal() throws {
        let bar = "< 2/2 ━━━━━━━━━━━━━━━━━━━━  # s  # ms/step  loss: 3.0000  mean_absolute_error: 1.5000\n"
        #expect(try report(.bar, isTerminal: true) == ["Epoch 1/2\n", bar, "Epoch 2/2\n", bar])
    }

    @Test func aStreamHasNoEnd() throws {
        let line = "< step 2  # s  # ms/step  loss: 3.0000  mean_absolute_error: 1.5000\n"
        #expect(try report(.bar, isTerminal: true, epochs: 1, isStream: true) == ["Epoch 1/1\n", line])
    }

    @Test func aBarThatIsCutShortIsEnded() throws {
        #expect(try report(.bar, isTerminal: true, stopAt: 0) == ["Epoch 1/2\n", "\n"])
        // One that is stopped at its end needs nothing more.
        #expect(try report(.bar, isTerminal: true, stopAt: 1).count == 2)
    }

    @Test func numbersOfAnySize() throws {
        func line(_ values: [Double]) throws -> String {
            var text = ""
            let progress = ProgressReport(verbosity: .line, isTerminal: false) { text += $0 }
            let model = try made()
            let context = TrainingContext(
                model: model, epochs: 1, stepsPerEpoch: 1, batchSize: 1,
                session: try model.makeSession(batch: 1, isTraining: true))
            var logs = Logs()
            for (index, value) in values.enumerated() { logs["\(index)"] = value }
            try progress.onEpochBegin(0, context)
            try progress.onEpochEnd(0, logs: logs, context)
            return text.replacing(/\d+\.\d s/, with: "# s")
        }
        #expect(
            try line([0.00004, -0.00004, 0.99996, -1.5, 12345.67891, .nan, .infinity, -.infinity, 1e300, -0.0])
                == "Epoch 1/1 - # s - 0: 0.0000 - 1: 0.0000 - 2: 1.0000 - 3: -1.5000 - 4: 12345.6789 - 5: nan - 6: inf "
                + "- 7: -inf - 8: 1e+300 - 9: 0.0000\n")
    }
}
