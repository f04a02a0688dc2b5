import Synchronization

/// Runs a network forward, from any number of threads at once.
///
/// Each call borrows an execution, with its memory, from a pool. Small work runs on the calling thread
/// (``CallerThread``); large work runs on the compute thread with all of its workers.
///
/// `@unchecked`: the store's memory is only read here. Whoever changes it (``Sequential``, which is not `Sendable`) does
/// not hand its engine to other threads; ``Predictor`` has a store of its own that nobody changes.
final class InferenceEngine: @unchecked Sendable {
    let graph: Graph
    private let store: ParameterStore
    /// Nil where the weights may change from call to call.
    private let prepared: PreparedWeights?
    private let pool = Mutex<[PooledExecution]>([])
    private let callerThread = CallerThread()

    /// Executions that are kept for the next call.
    private static let poolSize = 16
    /// Floating-point operations below which the calling thread does the work: some 150 microseconds of two cores, in
    /// which handing it over would show.
    static let ownThreadCost = 3e7

    /// Bytes that a step may read and write in one pass. Larger batches go through the network in parts, so that one step's
    /// images are still in the cache when the next step reads them.
    private static let passBytes = 12 << 20
    /// Examples whose largest step takes so much.
    private let passLimit: Int

    /// An execution that exactly one thread uses at a time: the pool hands it out and takes it back.
    private struct PooledExecution: @unchecked Sendable {
        let execution: Execution
    }

    /// - Parameters:
    ///   - graph: The network.
    ///   - store: Its weights.
    ///   - isFixed: Whether nobody changes the weights any more: then what can be done once is done here.
    init(graph: Graph, store: ParameterStore, isFixed: Bool = false) {
        if isFixed {
            (self.graph, self.store) = graph.forInference(store)
            prepared = PreparedWeights(graph: self.graph, store: self.store)
        } else {
            self.graph = graph
            self.store = store
            prepared = nil
        }
        passLimit = max(1, Self.passBytes / max(1, self.graph.largestStepBytes))
    }

    /// The outputs of all examples, one after the other.
    ///
    /// - Parameters:
    ///   - data: The examples; their shape is the graph's.
    ///   - batchSize: Examples a pass, fewer where they are large.
    func predict(_ data: InputData, batchSize: Int) -> [Float] {
        let size = graph.output.count
        return Kernels.array(count: data.count * size) { output in
            let wanted = max(1, min(batchSize, data.count)), parts = (wanted - 1) / passLimit + 1
            let batch = (wanted - 1) / parts + 1
            let cost = graph.cost * Double(data.count)
            if cost < Self.ownThreadCost {
                callerThread.run(cost: cost) { run(data, batch: batch, output: output) }
            } else {
                ComputeThread.shared.run { run(data, batch: batch, output: output) }
            }
        }
    }

    private func run(_ data: InputData, batch: Int, output: UnsafeMutablePointer<Float>) {
        let execution = borrow(batch: batch)
        defer { giveBack(execution) }
        var indices = (0..<Int32(batch)).map { $0 }
        for start in stride(from: 0, to: data.count, by: batch) {
            let count = min(batch, data.count - start)
            for index in 0..<count { indices[index] = Int32(start + index) }
            data.gather(indices, count: count, into: execution.input)
            execution.forward(
                Run(inferenceBatch: count, store: store, hasFiniteWeights: prepared?.areFinite ?? false))
            let size = graph.output.count
            (output + start * size).update(from: execution.output.base, count: count * size)
        }
    }

    /// The smallest idle execution that has room, or a new one.
    private func borrow(batch: Int) -> Execution {
        let pooled: PooledExecution? = pool.withLock { idle in
            let fitting = idle.indices.filter { idle[$0].execution.plan.batch >= batch }
            let best = fitting.min { idle[$0].execution.plan.batch < idle[$1].execution.plan.batch }
            return best.map { idle.remove(at: $0) }
        }
        return pooled?.execution
            ?? Execution(
                plan: Plan(graph: graph, batch: batch, isTraining: false), prepared: prepared)
    }

    private func giveBack(_ execution: Execution) {
        let returned = PooledExecution(execution: execution)
        pool.withLock { idle in
            if idle.count < Self.poolSize { idle.append(returned) }
        }
    }
}
