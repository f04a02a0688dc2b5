import ConvNet

/// What a trained network is and how well it does, as pictures and as one HTML page.
///
/// ```swift
/// let report = try Report(model: model, data: test, epochs: history.epochs.map { Report.Epoch($0) })
/// try report.write(to: "runs/first")       // report.html and the folder pictures
/// ```
public struct Report {
    /// What one epoch of training gave.
    public struct Epoch: Sendable, Equatable {
        /// Counted from 1.
        public let number: Int
        /// Names and numbers as in ``History``: `loss`, `accuracy`, `val_loss`, `val_accuracy`.
        public let logs: Logs

        /// - Parameters:
        ///   - number: Counted from 1.
        ///   - logs: Names and numbers as in ``History``.
        public init(number: Int, logs: Logs) {
            self.number = number
            self.logs = logs
        }

        /// An epoch of a training run.
        public init(_ epoch: History.Epoch) {
            self.init(number: epoch.epoch + 1, logs: epoch.logs)
        }
    }

    /// A name and what it is set to.
    public struct Setting: Sendable, Equatable {
        /// For people.
        public let name: String
        /// For people.
        public let value: String

        /// - Parameters:
        ///   - name: For people.
        ///   - value: For people.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A picture of the report.
    struct Figure: Sendable {
        /// Names the files, and the place in the page.
        let name: String
        let drawing: Drawing
        /// What to look for.
        let caption: String
    }

    let model: Sequential
    let data: Dataset
    let settings: [Setting]
    let epochs: [Epoch]
    let result: Classification
    let evaluation: Evaluation?
    /// One name for each class that the network can say.
    let classNames: [String]
    /// What every layer gives for the data's first image; empty where there is none.
    let layerOutputs: [(layer: String, output: Tensor)]

    /// Runs the network over a data set and gathers what the report tells.
    ///
    /// - Parameters:
    ///   - model: A network that gives one row of outputs an example.
    ///   - data: Images that it was not trained on, with their classes.
    ///   - settings: How it was trained.
    ///   - epochs: How training went; may be empty.
    ///   - evaluation: What `evaluate` gave for `data`; measured here where it is not given and the network is compiled.
    ///   - batchSize: Examples a pass.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where data and network do not fit.
    public init(
        model: Sequential, data: Dataset, settings: [Setting] = [], epochs: [Epoch] = [],
        evaluation: Evaluation? = nil, batchSize: Int = 128
    ) throws {
        self.model = model
        self.data = data
        self.settings = settings
        self.epochs = epochs
        result = try model.classify(data, batchSize: batchSize)
        self.evaluation =
            if let evaluation {
                evaluation
            } else if model.loss != nil, data.count > 0 {
                try model.evaluate(data, batchSize: batchSize)
            } else {
                nil
            }
        let names = data.classNames.count >= model.info.classNames.count ? data.classNames : model.info.classNames
        classNames = (0..<result.confusion.classCount).map { $0 < names.count ? names[$0] : "\($0)" }
        layerOutputs = data.count > 0 ? try model.layerOutputs(data.prefix(1).images) : []
    }

    /// Share of the images whose class was predicted.
    var accuracy: Double { result.confusion.accuracy }

    /// Standard error of the accuracy, √(p (1 - p) / n) as for n independent trials.
    var accuracyStandardError: Double {
        (accuracy * (1 - accuracy) / Double(max(data.count, 1))).squareRoot()
    }
}
