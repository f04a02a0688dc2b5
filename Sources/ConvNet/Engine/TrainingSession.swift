import CKernels

/// What an optimizer remembers between steps.
final class OptimizerState {
    /// Steps done.
    var step = 0
    /// The optimizer's slots one after the other, each parallel to the trainable parameters.
    let slots: Arena

    init(slotCount: Int, parameterCount: Int) {
        slots = Arena(count: slotCount * parameterCount)
    }

    /// What the optimizer remembers of one parameter.
    func tensor(_ parameter: Parameter, slot: Int, of graph: Graph) -> Tensor {
        let values = values(parameter, slot: slot, of: graph)
        return Tensor(
            shape: parameter.shape, scalars: Array(UnsafeBufferPointer(start: values.base, count: values.count)))
    }

    /// - Precondition: The tensor has the parameter's shape.
    func set(_ parameter: Parameter, slot: Int, of graph: Graph, to tensor: Tensor) {
        let values = values(parameter, slot: slot, of: graph)
        precondition(tensor.count == values.count, "\(parameter.name) has \(values.count) numbers, not \(tensor.count)")
        tensor.withUnsafeBufferPointer { source in
            for index in 0..<values.count { values.base[index] = source[index] }
        }
    }

    private func values(_ parameter: Parameter, slot: Int, of graph: Graph) -> Floats {
        slots.floats.slice(slot * graph.trainableCount + parameter.offset, parameter.count)
    }
}

/// Loss and metrics summed over the batches of a pass.
struct Totals {
    var metrics: [MetricAccumulator]
    /// How many batches were added.
    private(set) var batches = 0
    private(set) var lossSum = 0.0
    private(set) var count = 0

    init(metrics: [Metric]) {
        self.metrics = metrics.map(MetricAccumulator.init)
    }

    var loss: Double { count == 0 ? 0 : lossSum / Double(count) }

    mutating func add(loss: Double, count: Int) {
        lossSum += loss * Double(count)
        self.count += count
        batches += 1
    }

    /// Goes on with sums that a checkpoint kept.
    mutating func goOn(batches: Int, lossSum: Double, count: Int, metrics sums: [(sum: Double, count: Int)]) {
        self.batches = batches
        self.lossSum = lossSum
        self.count = count
        for (index, sum) in zip(metrics.indices, sums) { metrics[index].goOn(sum: sum.sum, count: sum.count) }
    }

    mutating func reset() {
        batches = 0
        lossSum = 0
        count = 0
        for index in metrics.indices { metrics[index].reset() }
    }

    /// Names and values, the loss first.
    func logs(prefix: String = "") -> Logs {
        var logs = Logs()
        logs[prefix + "loss"] = loss
        for metric in metrics { logs[prefix + metric.metric.name] = metric.value }
        return logs
    }
}

/// A network being trained or evaluated: its plan's memory, the loss, and one step after the other.
///
/// A training step allocates nothing.
final class TrainingSession {
    let execution: Execution
    let targets: TargetBuffer
    var totals: Totals

    private let loss: Loss
    private let store: ParameterStore
    private let gradients: Arena
    private let seed: UInt64
    private let rowsPerExample: Int
    private let columns: Int
    /// Whether the last step is a softmax that the loss does together with itself.
    private let fusesSoftmax: Bool

    init(
        graph: Graph, store: ParameterStore, loss: Loss, metrics: [Metric], batch: Int, isTraining: Bool,
        wantsInputGradient: Bool = false, seed: UInt64
    ) {
        let plan = Plan(
            graph: graph, batch: batch, isTraining: isTraining, wantsInputGradient: wantsInputGradient)
        execution = Execution(plan: plan)
        targets = TargetBuffer(batch: batch, outputCount: graph.output.count)
        totals = Totals(metrics: metrics)
        self.loss = loss
        self.store = store
        gradients = Arena(count: isTraining ? graph.trainableCount : 0)
        self.seed = seed
        columns = graph.output.shape.last ?? 1
        rowsPerExample = graph.output.count / max(columns, 1)
        // A softmax over other rows than the loss's, which a layer behind it has joined, is a step of its own.
        fusesSoftmax = loss.fusesSoftmax && (graph.steps.last as? SoftmaxStep)?.columns == columns
    }

    var gradientValues: Floats { gradients.floats }

    /// Forward pass, loss and metrics over the first `count` examples of the batch; returns the mean loss, penalties
    /// included. In training the gradient of the output is ready afterwards.
    func forward(count: Int, step: Int) -> Double {
        let plan = execution.plan
        let run = makeRun(count: count, step: step)
        execution.forward(run, skippingLast: fusesSoftmax)

        let rows = count * rowsPerExample
        let scale = 1 / Float(max(rows, 1))
        let targets = self.targets.targets
        let sum: Double
        if fusesSoftmax, let softmax = plan.graph.steps.last {
            let logits = execution.values(softmax.input)
            sum = Kernels.loss(
                CK_CATEGORICAL_CROSSENTROPY_LOGITS, rows: rows, columns: columns, outputs: logits, targets: targets,
                scale: scale, probabilities: execution.output, gradient: execution.gradient(softmax.input))
        } else {
            sum = Kernels.loss(
                loss.kernel, rows: rows, columns: columns, outputs: execution.output, targets: targets, scale: scale,
                gradient: execution.gradient(plan.graph.output.buffer))
        }
        for index in totals.metrics.indices {
            totals.metrics[index].add(
                outputs: execution.output, targets: targets.values, rows: rows, columns: columns)
        }
        let mean = sum / Double(max(rows, 1)) + penalty()
        totals.add(loss: mean, count: count)
        return mean
    }

    /// Backward pass after ``forward(count:step:)`` of the same arguments: all gradients, penalties included.
    func backward(count: Int, step: Int) {
        execution.backward(makeRun(count: count, step: step), skippingLast: fusesSoftmax)
        for parameter in execution.plan.graph.parameters where parameter.isTrainable {
            guard let regularizer = parameter.regularizer else { continue }
            _ = Kernels.regularize(
                regularizer, parameters: store.values(parameter),
                gradients: gradients.floats.slice(parameter.offset, parameter.count))
        }
    }

    /// Changes the parameters by the gradients.
    func update(_ optimizer: any Optimizer, _ state: OptimizerState) {
        optimizer.apply(
            step: state.step, to: execution.plan.graph.parameters, values: store.parameters.floats,
            gradients: gradients.floats, slots: state.slots.floats)
        state.step += 1
    }

    private func makeRun(count: Int, step: Int) -> Run {
        Run(
            batch: count, isTraining: execution.plan.isTraining, parameters: store.parameters.floats,
            gradients: gradients.floats, state: store.state.floats, seed: seed, step: UInt64(step) + 1)
    }

    private func penalty() -> Double {
        var sum = 0.0
        for parameter in execution.plan.graph.parameters where parameter.isTrainable {
            guard let regularizer = parameter.regularizer else { continue }
            sum += Kernels.regularize(regularizer, parameters: store.values(parameter), gradients: nil)
        }
        return sum
    }
}
