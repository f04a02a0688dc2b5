import CKernels

extension Sequential {
    /// How the network is computed, as a table: each step with what was fused into it, the algorithms of convolutions,
    /// and its share of the arithmetic; and the memory that training takes.
    ///
    /// - Parameter batchSize: Examples a step; algorithms and memory depend on it. At least 1.
    public func planSummary(batchSize: Int) -> String {
        precondition(batchSize >= 1, "a batch of \(batchSize) examples")
        let plan = Plan(graph: graph, batch: batchSize, isTraining: true)
        let total = max(graph.cost, 1)
        let rows = graph.steps.map { step in
            let algorithms = step.algorithms(batch: batchSize)
            let kind = "\(type(of: step))"
            return [
                kind.hasSuffix("Step") ? String(kind.dropLast(4)) : kind, algorithms?.forward ?? "",
                algorithms?.backward ?? "", "\(Int((100 * step.cost / total).rounded())) %",
            ]
        }
        return """
            Plan: "\(name)", batches of \(NumberText.grouped(batchSize)), \(ConvNetRuntime.instructionSet)
            \(Self.table(["Step", "Forward", "Gradients", "Arithmetic"], rows))
             Floating-point operations forward, an example: \(NumberText.grouped(Int(min(graph.cost, 1e18))))
             Memory for activations and gradients: \(Self.size(plan.arenaCount * MemoryLayout<Float>.size))

            """
    }
}
