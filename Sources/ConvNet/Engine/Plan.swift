/// A graph with memory laid out for one largest batch.
///
/// Every buffer, gradient and record has a lifetime on one time line: step i runs forward at time i, the loss is taken at
/// time n, and step i runs backward at time 2n - i. Things whose lifetimes do not meet share memory.
struct Plan: Sendable {
    let graph: Graph
    let batch: Int
    let isTraining: Bool
    /// Floats of the one arena that everything lies in.
    let arenaCount: Int
    /// Where each buffer lies, in floats.
    let bufferOffsets: [Int]
    /// Where each buffer's gradient lies; nil where none is wanted.
    let gradientOffsets: [Int?]
    let savedOffsets: [Int]
    let workspaceOffset: Int
    let workspaceCount: Int

    /// - Parameters:
    ///   - graph: The network.
    ///   - batch: The largest batch, in examples.
    ///   - isTraining: Whether there is a backward pass.
    ///   - wantsInputGradient: Whether the network's input gets a gradient too.
    init(graph: Graph, batch: Int, isTraining: Bool, wantsInputGradient: Bool = false) {
        let steps = graph.steps
        let count = steps.count
        let backward = { (step: Int) in 2 * count - step }

        var values = graph.bufferCounts.map { Block(count: $0 * batch) }
        values[graph.input.buffer.index].use(at: -1)
        // The output outlives the pass: metrics and callers read it.
        values[graph.output.buffer.index].use(at: 2 * count + 1)
        var gradients = graph.bufferCounts.map { Block(count: $0 * batch) }
        var saved: [Block] = []
        var workspace = 0
        // Whether a buffer depends on anything that wants a gradient.
        var learns = [Bool](repeating: false, count: graph.bufferCounts.count)
        learns[graph.input.buffer.index] = isTraining && wantsInputGradient

        for (time, step) in steps.enumerated() {
            values[step.input.index].use(at: time)
            values[step.output.index].use(at: time)
            workspace = max(workspace, step.workspace(batch: batch, training: isTraining))
            var record = Block(count: isTraining ? step.saved(batch: batch) : 0)
            record.use(at: time)
            if isTraining {
                if step.backwardReadsInput { values[step.input.index].use(at: backward(time)) }
                if step.backwardReadsOutput { values[step.output.index].use(at: backward(time)) }
                record.use(at: backward(time))
                if learns[step.input.index] { gradients[step.input.index].use(at: backward(time)) }
                gradients[step.output.index].use(at: backward(time))
                learns[step.output.index] =
                    learns[step.output.index] || learns[step.input.index] || step.hasTrainableParameters
            }
            saved.append(record)
        }
        if isTraining {
            if wantsInputGradient { gradients[graph.input.buffer.index].use(at: 2 * count + 1) }
            // The loss writes the gradient of the output, or of what a fused softmax reads: then it reads that as well.
            gradients[graph.output.buffer.index].use(at: count)
            if let last = steps.last {
                gradients[last.input.index].use(at: count)
                values[last.input.index].use(at: count)
            }
        }

        for index in gradients.indices where !isTraining || !learns[index] { gradients[index] = Block(count: 0) }
        let owners = graph.memoryOwners(isTraining: isTraining)
        for index in values.indices {
            values.merge(index, into: owners.values[index])
            gradients.merge(index, into: owners.gradients[index])
        }
        for index in values.indices where owners.replacesValue[index] {
            values[owners.values[index]].extend(by: gradients[index])
            gradients[index] = Block(count: 0)
        }

        var layout = ArenaLayout()
        var placed = layout.place(values + gradients + saved)
        for index in values.indices {
            placed[index] = placed[owners.values[index]]
            let owner = owners.gradients[index]
            placed[values.count + index] =
                placed[owners.replacesValue[owner] ? owners.values[owner] : values.count + owner]
        }
        let offsets = Array(placed.prefix(values.count))
        placed.removeFirst(values.count)
        let inputs = Set([graph.input.buffer.index])
        gradientOffsets = placed.prefix(values.count).enumerated().map { index, offset in
            guard isTraining, learns[index], wantsInputGradient || !inputs.contains(index) else { return nil }
            return offset
        }
        placed.removeFirst(values.count)
        savedOffsets = placed
        bufferOffsets = offsets
        workspaceOffset = layout.end
        workspaceCount = workspace
        arenaCount = layout.end + workspace
        self.graph = graph
        self.batch = batch
        self.isTraining = isTraining
    }
}

extension Graph {
    /// Whose memory each buffer, and each buffer's gradient, lies in: another's where a step writes over what it reads,
    /// or else its own. And where a gradient's own memory is that of the buffer.
    fileprivate func memoryOwners(isTraining: Bool) -> (values: [Int], gradients: [Int], replacesValue: [Bool]) {
        var (values, gradients) = (Array(bufferCounts.indices), Array(bufferCounts.indices))
        var replacesValue = [Bool](repeating: false, count: bufferCounts.count)
        // The input belongs to whoever fills it, and the output outlives the pass.
        var readers = [Int](repeating: 0, count: bufferCounts.count)
        var isKept = [Bool](repeating: false, count: bufferCounts.count)
        isKept[input.buffer.index] = true
        isKept[output.buffer.index] = true
        for step in steps {
            readers[step.input.index] += 1
            if isTraining && step.backwardReadsInput { isKept[step.input.index] = true }
            if isTraining && step.backwardReadsOutput { isKept[step.output.index] = true }
        }
        for step in steps where step.forwardWorksInPlace && readers[step.input.index] == 1 {
            if !isKept[step.input.index] { values[step.output.index] = values[step.input.index] }
        }
        for step in steps.reversed() where step.backwardWorksInPlace && readers[step.input.index] == 1 {
            if step.input != output.buffer { gradients[step.input.index] = gradients[step.output.index] }
        }
        for (index, step) in steps.enumerated() where step.backwardReplacesInput && !step.backwardWorksInPlace {
            let buffer = step.input.index
            // Nobody else may need the memory backward, and no other gradient may lie there by then.
            let isRead = steps.enumerated().contains { other, reader in
                other != index
                    && (reader.backwardReadsInput && values[reader.input.index] == values[buffer]
                        || reader.backwardReadsOutput && values[reader.output.index] == values[buffer])
            }
            let isOwn = step.input != input.buffer && step.input != output.buffer && gradients[buffer] == buffer
            replacesValue[buffer] = readers[buffer] == 1 && isOwn && !isRead
        }
        return (values, gradients, replacesValue)
    }
}

/// Something that needs memory from one moment to another.
struct Block {
    var count: Int
    var start = Int.max
    var end = Int.min

    init(count: Int) {
        self.count = count
    }

    mutating func use(at time: Int) {
        start = min(start, time)
        end = max(end, time)
    }

    /// Room for the other as well, for as long as either is needed.
    mutating func extend(by other: Block) {
        guard other.count > 0 else { return }
        count = max(count, other.count)
        start = min(start, other.start)
        end = max(end, other.end)
    }

    func meets(_ other: Block) -> Bool {
        start <= other.end && other.start <= end
    }
}

extension [Block] {
    /// From now on block `index` lies in the other's memory; nothing where they are the same.
    fileprivate mutating func merge(_ index: Int, into owner: Int) {
        guard index != owner else { return }
        self[owner].extend(by: self[index])
        self[index] = Block(count: 0)
    }
}

/// Places blocks so that those alive at the same time do not overlap: largest first, each at the lowest free offset.
struct ArenaLayout {
    /// Floats used so far.
    private(set) var end = 0

    mutating func place(_ blocks: [Block]) -> [Int] {
        var offsets = [Int](repeating: 0, count: blocks.count)
        var placed: [(block: Block, range: Range<Int>)] = []
        let order = blocks.indices.sorted { (blocks[$0].count, $1) > (blocks[$1].count, $0) }
        for index in order {
            let block = blocks[index]
            guard block.count > 0, block.start <= block.end else { continue }
            let size = (block.count + 15) / 16 * 16
            var offset = 0
            for other in placed where other.block.meets(block) {
                if offset + size <= other.range.lowerBound { break }
                offset = max(offset, other.range.upperBound)
            }
            offsets[index] = offset
            let position = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.count
            placed.insert((block, offset..<offset + size), at: position)
            end = max(end, offset + size)
        }
        return offsets
    }
}
