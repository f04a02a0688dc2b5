extension Graph {
    /// The network for predictions alone, with weights that do not change any more: steps that do nothing outside of
    /// training are left out, and batch normalisation is worked into the weights of the step before it,
    ///
    ///     γ (x W + b - μ) / √(σ² + ε) + β  =  x (W s) + (b - μ) s + β    with s = γ / √(σ² + ε), a factor a channel.
    ///
    /// Outputs are the same up to rounding; values of layers in between are not all there any more.
    ///
    /// - Parameter store: The network's weights.
    /// - Returns: The graph, and its weights: the given ones where nothing became of them.
    func forInference(_ store: ParameterStore) -> (graph: Graph, store: ParameterStore) {
        var graph = self
        graph.steps = []
        var folded: [FoldedNormalization] = []
        let steps = self.steps.flatMap { ($0 as? BatchNormalizationMaxPooling2DStep)?.parts ?? [$0] }
        for step in steps {
            let isReadOnce = output.buffer != step.input && steps.count { $0.input == step.input } == 1
            guard let last = graph.steps.last, last.output == step.input, isReadOnce else {
                graph.steps.append(step)
                continue
            }
            if step is DropoutStep {  // what comes before writes where others read
                graph.steps[graph.steps.count - 1].output = step.output
                continue
            }
            if let normalization = step as? BatchNormalizationStep,
                let fold = FoldedNormalization(normalization, behind: last, spareOffset: graph.trainableCount)
            {
                folded.append(fold)
                graph.trainableCount += fold.spareCount
                graph.steps[graph.steps.count - 1] = fold.step
                continue
            }
            if let fused = (step as? MaxPooling2DStep)?.fused(with: last) {
                graph.steps[graph.steps.count - 1] = fused
                continue
            }
            graph.steps.append(step)
        }
        if folded.isEmpty { return (graph, store) }
        let result = ParameterStore(trainableCount: graph.trainableCount, stateCount: stateCount)
        result.parameters.floats.prefix(trainableCount).copy(from: store.parameters.floats)
        result.state.floats.copy(from: store.state.floats)
        for fold in folded { fold.apply(from: store, to: result) }
        return (graph, result)
    }
}
