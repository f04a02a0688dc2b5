/// A plan with its memory: one pass at a time. A pass allocates nothing.
final class Execution {
    let plan: Plan
    private let arena: Arena
    private let memory: [StepMemory]
    /// Lives as long as the memory that points into it.
    private let prepared: PreparedWeights?
    let input: Floats
    let output: Floats

    /// - Parameters:
    ///   - plan: Whose memory to reserve.
    ///   - prepared: What was worked out of weights that do not change.
    init(plan: Plan, prepared: PreparedWeights? = nil) {
        self.plan = plan
        self.prepared = prepared
        let arena = Arena(count: plan.arenaCount)
        self.arena = arena
        func buffer(_ id: BufferID) -> Floats {
            arena.floats.slice(plan.bufferOffsets[id.index], plan.graph.bufferCounts[id.index] * plan.batch)
        }
        func gradient(_ id: BufferID) -> Floats? {
            plan.gradientOffsets[id.index].map {
                arena.floats.slice($0, plan.graph.bufferCounts[id.index] * plan.batch)
            }
        }
        let nothing = arena.floats.prefix(0)
        let workspace = arena.floats.slice(plan.workspaceOffset, plan.workspaceCount)
        let zerosNeedNoGradient = plan.graph.zerosNeedNoGradient()
        memory = plan.graph.steps.enumerated().map { index, step in
            StepMemory(
                input: buffer(step.input), output: buffer(step.output), inputGradient: gradient(step.input),
                inputZerosNeedNoGradient: zerosNeedNoGradient[step.input.index],
                outputGradient: gradient(step.output) ?? nothing,
                saved: plan.isTraining
                    ? arena.floats.slice(plan.savedOffsets[index], step.saved(batch: plan.batch)) : nothing,
                prepared: prepared?[index], workspace: workspace)
        }
        input = buffer(plan.graph.input.buffer)
        output = buffer(plan.graph.output.buffer)
    }

    /// A buffer's floats, for the largest batch.
    func values(_ id: BufferID) -> Floats {
        arena.floats.slice(plan.bufferOffsets[id.index], plan.graph.bufferCounts[id.index] * plan.batch)
    }

    /// A buffer's gradient, for the largest batch; nil where the plan wants none.
    func gradient(_ id: BufferID) -> Floats? {
        plan.gradientOffsets[id.index].map {
            arena.floats.slice($0, plan.graph.bufferCounts[id.index] * plan.batch)
        }
    }

    /// Runs the steps in order, all of them or all but the last.
    func forward(_ run: Run, skippingLast: Bool = false) {
        for index in 0..<memory.count - (skippingLast ? 1 : 0) {
            plan.graph.steps[index].forward(memory[index], run)
        }
    }

    /// Runs the steps backward, all of them or all but the last.
    func backward(_ run: Run, skippingLast: Bool = false) {
        for index in stride(from: memory.count - (skippingLast ? 2 : 1), through: 0, by: -1) {
            if memory[index].outputGradient.count > 0 {  // something before it, or in it, learns
                plan.graph.steps[index].backward(memory[index], run)
            }
        }
    }
}
