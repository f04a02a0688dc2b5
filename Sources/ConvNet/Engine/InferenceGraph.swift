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
        for step in steps {
            guard let last = graph.steps.last, last.output == step.input, isReadOnce(step.input) else {
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
            if let pooling = step as? MaxPooling2DStep, let convolution = last as? Conv2DStep,
                let fused = Conv2DMaxPooling2DStep(convolution, pooling: pooling.shape, output: pooling.output)
            {
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

    private func isReadOnce(_ buffer: BufferID) -> Bool {
        output.buffer != buffer && steps.count { $0.input == buffer } == 1
    }
}
