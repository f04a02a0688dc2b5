/// How the gradients of a network's backward pass compare with differences of its loss.
///
/// Made by ``Sequential/checkGradients(x:y:samples:step:)``.
public struct GradientCheck: Sendable, Equatable {
    /// One tensor's comparison.
    public struct Entry: Sendable, Equatable {
        /// The weight's name, as in `dense/kernel`, or `input`.
        public let name: String
        /// Elements compared.
        public let checked: Int
        /// Elements left out because the loss has a kink near them: the point where a ReLU switches on, or where another
        /// element becomes the largest of a pooling window.
        public let kinks: Int
        /// The largest difference between the two gradients, relative to the tensor's largest gradient (or to a hundredth
        /// of the network's largest, where that is more).
        public let largestError: Double
        /// Where in the tensor that was, row-major; nil where nothing was compared.
        public let worstIndex: Int?
    }

    /// The input, then the weights that learn, in order.
    public let entries: [Entry]

    /// The largest of all entries' errors.
    public var largestError: Double { entries.map(\.largestError).max() ?? 0 }
}

extension Sequential {
    /// Compares the gradients that training computes with central differences of the loss: the way to find out whether a
    /// layer's backward pass fits its forward pass. The network stays as it is.
    ///
    /// For sampled elements v of the input and of each weight, (L(v + h) - L(v - h)) / 2h is taken for h = `step` and
    /// twice that, and the two are extrapolated to h = 0 (Richardson), which leaves an error of order h⁴. Dropout draws
    /// the same mask every time. In float32 about three digits agree.
    ///
    /// - Parameters:
    ///   - x: Examples, shape (count, …``inputShape``).
    ///   - y: Targets, shape (count, …``outputShape``), or one class number an example.
    ///   - samples: Elements that are compared in each tensor, at most.
    ///   - step: h above. Values should be of size 1: a smaller step loses digits of the loss, a larger one runs into kinks.
    /// - Throws: ``ConvNetError``: `invalidArgument` where shapes do not fit, nothing was compiled, or `samples` or `step`
    ///   is not above 0; `invalidData` where a number is not finite.
    public func checkGradients(x: Tensor, y: Tensor, samples: Int = 24, step: Float = 1 / 64) throws -> GradientCheck {
        let compilation = try requireCompilation()
        guard samples >= 1, step > 0, step.isFinite else {
            throw ConvNetError(.invalidArgument, "\(samples) samples of step \(step); give numbers above 0")
        }
        let examples = try self.examples(x: x, y: y)
        guard examples.inputs.count >= 1 else {
            throw ConvNetError(.invalidArgument, "there are no examples; give at least one")
        }
        // A store of its own: the differences move its weights, and batch normalisation its statistics.
        let copy = ParameterStore(copying: store)
        let session = TrainingSession(
            graph: graph, store: copy, loss: compilation.loss, metrics: [], batch: examples.inputs.count,
            isTraining: true, wantsInputGradient: true, seed: seed)
        return ComputeThread.shared.run {
            GradientComparison(session: session, examples: examples, graph: graph, store: copy, step: step)
                .run(samples: samples, seed: seed)
        }
    }
}

/// The work behind ``Sequential/checkGradients(x:y:samples:step:)``.
private struct GradientComparison {
    let session: TrainingSession
    let examples: Sequential.Examples
    let graph: Graph
    let store: ParameterStore
    let step: Float

    /// A tensor that is compared.
    private struct Subject {
        let name: String
        let values: Floats
        let gradient: [Float]
    }

    /// The loss with one element moved, and by how much float32 really moved it.
    private struct Sample {
        let distance: Double
        let loss: Double

        func slope(to other: Sample) -> Double { (other.loss - loss) / (other.distance - distance) }
    }

    /// Slopes around one element's value.
    private struct Slopes {
        /// The extrapolated slope.
        let slope: Double
        /// How far the loss is from a smooth function: 0 for a polynomial of degree 2, the jump of the slope at a kink.
        let roughness: Double
    }

    func run(samples: Int, seed: UInt64) -> GradientCheck {
        let count = examples.inputs.count
        session.load(examples, (0..<Int32(count)).map { $0 }, count: count)
        // The input's buffer may be used again after its last reader.
        let input = Array(UnsafeBufferPointer(start: session.execution.input.base, count: count * graph.input.count))
        _ = session.forward(count: count, step: 0)
        session.backward(count: count, step: 0)

        let subjects = self.subjects(input)
        let largest = subjects.map { largestMagnitude($0.gradient) }
        let overall = largest.max() ?? 0
        var random = Philox(seed: seed, stream: 1)
        let entries = subjects.enumerated().map { number, subject in
            compare(
                subject, input: input, places: random.permutation(of: subject.gradient.count).prefix(samples),
                scale: max(largest[number], overall / 100))
        }
        return GradientCheck(entries: entries)
    }

    private func subjects(_ input: [Float]) -> [Subject] {
        func copy(_ floats: Floats, _ count: Int) -> [Float] {
            Array(UnsafeBufferPointer(start: floats.base, count: count))
        }
        var subjects: [Subject] = []
        if let gradient = session.execution.gradient(graph.input.buffer) {
            subjects.append(
                Subject(name: "input", values: session.execution.input, gradient: copy(gradient, input.count)))
        }
        for parameter in graph.parameters where parameter.isTrainable {
            let gradient = session.gradientValues.slice(parameter.offset, parameter.count)
            subjects.append(
                Subject(
                    name: parameter.name, values: store.values(parameter), gradient: copy(gradient, parameter.count)))
        }
        return subjects
    }

    private func compare(
        _ subject: Subject, input: [Float], places: ArraySlice<Int32>, scale: Double
    ) -> GradientCheck.Entry {
        var kinks = 0
        var worst: (index: Int, error: Double)?
        for place in places.map(Int.init) {
            let slopes = slopes(at: place, of: subject.values, input: input)
            // Not `>`: where the loss is not a number, the element is compared and fails.
            if slopes.roughness > 0.01 * scale {
                kinks += 1
                continue
            }
            let difference = (Double(subject.gradient[place]) - slopes.slope).magnitude
            let error = difference == 0 ? 0 : difference.isNaN ? .infinity : difference / scale
            if error >= worst?.error ?? 0 { worst = (place, error) }
        }
        return GradientCheck.Entry(
            name: subject.name, checked: places.count - kinks, kinks: kinks, largestError: worst?.error ?? 0,
            worstIndex: worst?.index)
    }

    private func slopes(at place: Int, of values: Floats, input: [Float]) -> Slopes {
        func sample(moved distance: Float) -> Sample {
            input.withUnsafeBufferPointer { saved in
                if let base = saved.baseAddress { session.execution.input.base.update(from: base, count: saved.count) }
            }
            let original = values.base[place]
            values.base[place] = original + distance
            let moved = Double(values.base[place]) - Double(original)
            let loss = session.forward(count: examples.inputs.count, step: 0)
            values.base[place] = original
            return Sample(distance: moved, loss: loss)
        }
        let center = sample(moved: 0)
        let near = (below: sample(moved: -step), above: sample(moved: step))
        let far = (below: sample(moved: -2 * step), above: sample(moved: 2 * step))
        let nearSlope = near.below.slope(to: near.above)
        let farSlope = far.below.slope(to: far.above)
        // How much steeper the loss is above than below.
        let nearBend = center.slope(to: near.above) - near.below.slope(to: center)
        let farBend = center.slope(to: far.above) - far.below.slope(to: center)
        // Where the loss is smooth, the slope hardly depends on h and the bend grows with it; at a kink, neither holds.
        return Slopes(
            slope: (4 * nearSlope - farSlope) / 3,
            roughness: max((nearSlope - farSlope).magnitude, (farBend - 2 * nearBend).magnitude))
    }

    private func largestMagnitude(_ values: [Float]) -> Double {
        values.reduce(0) { max($0, Double($1.magnitude)) }
    }
}
