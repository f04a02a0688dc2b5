extension Sequential {
    /// The first layers as a network of their own, with a copy of their weights: Keras's
    /// `Sequential(model.layers[:count])`.
    ///
    /// - Parameter count: How many layers, at least 1.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where there are not so many layers.
    public func prefix(_ count: Int) throws -> Sequential {
        guard (1...layers.count).contains(count) else {
            throw ConvNetError(.invalidArgument, "\(count) layers of \(layers.count); give 1 to \(layers.count)")
        }
        let first = Array(layers.prefix(count))
        let part = Sequential(
            name: name, seed: seed, layers: first, graph: try Self.graph(inputShape: inputShape, layers: first))
        part.info = info
        let values = zip(part.parameters, weights).map { ($0.name, $1.tensor) }
        try part.setWeights(Dictionary(uniqueKeysWithValues: values))
        return part
    }

    /// What every layer gives for some examples, in the layers' order, dropout left out as in prediction.
    ///
    /// A network fuses layers and reuses memory, so the outputs between are not there: each is computed by a network that
    /// ends with its layer. Meant for a look at few examples, not for many.
    ///
    /// - Parameter x: Examples, shape (count, …``inputShape``); dimensions of 1 may be left out, and examples may be flat.
    /// - Returns: Each layer's name, and its outputs with the examples as the first dimension.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where the shapes disagree.
    public func layerOutputs(_ x: Tensor) throws -> [(layer: String, output: Tensor)] {
        try layers.indices.map { index in
            (layers[index].name ?? "", try prefix(index + 1).predict(x))
        }
    }
}
