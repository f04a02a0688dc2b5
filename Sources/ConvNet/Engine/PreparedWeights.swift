/// What steps work out of weights that do not change any more, once for all predictions.
///
/// `@unchecked`: the memory is written in `init` alone.
final class PreparedWeights: @unchecked Sendable {
    private let arena: Arena
    private let ranges: [Range<Int>]
    /// Whether no weight is NaN or infinite.
    let areFinite: Bool

    init(graph: Graph, store: ParameterStore) {
        var ranges: [Range<Int>] = []
        for step in graph.steps {
            let start = ((ranges.last?.upperBound ?? 0) + 15) / 16 * 16
            ranges.append(start..<start + step.preparedCount)
        }
        self.ranges = ranges
        arena = Arena(count: ranges.last?.upperBound ?? 0)
        areFinite = store.isFinite
        let run = Run(inferenceBatch: 1, store: store)
        for (index, step) in graph.steps.enumerated() {
            if let prepared = self[index] { step.prepare(run, into: prepared) }
        }
    }

    /// A step's share; nil where it has none.
    subscript(step: Int) -> Floats? {
        ranges[step].isEmpty ? nil : arena.floats.slice(ranges[step].lowerBound, ranges[step].count)
    }
}
