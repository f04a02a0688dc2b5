import CKernels

/// What a batch of outputs is compared with.
struct Targets {
    enum Values {
        /// Class indices, one a row, standing for one-hot rows.
        case labels(UnsafeMutablePointer<Int32>)
        /// As many columns as the outputs have.
        case dense(Floats)
    }

    var values: Values
    /// One factor a row.
    var weights: Floats?
}

extension Kernels {
    /// The sum over rows of weight x loss; writes scale x its gradient, and probabilities where the outputs are logits.
    static func loss(
        _ kind: ck_loss_kind, rows: Int, columns: Int, outputs: Floats, targets: Targets, scale: Float = 1,
        probabilities: Floats? = nil, gradient: Floats? = nil
    ) -> Double {
        expect(outputs, rows * columns, "loss, outputs")
        expect(probabilities, rows * columns, "loss, probabilities")
        expect(gradient, rows * columns, "loss, gradient")
        expect(targets.weights, rows, "loss, weights")
        var c = ck_targets(dense: nil, labels: nil, row_weights: targets.weights.map { UnsafePointer($0.base) })
        switch targets.values {
        case .labels(let labels):
            c.labels = UnsafePointer(labels)
        case .dense(let dense):
            expect(dense, rows * columns, "loss, targets")
            c.dense = UnsafePointer(dense.base)
        }
        return ck_loss(kind, rows, columns, outputs.base, &c, scale, probabilities?.base, gradient?.base)
    }

    static func sgd(
        rate: Float, momentum: Float, nesterov: Bool, gradient: Floats, velocity: Floats?, weight: Floats
    ) {
        expect(gradient, weight.count, "SGD, gradient")
        expect(velocity, weight.count, "SGD, velocity")
        ck_sgd(weight.count, rate, momentum, nesterov, gradient.base, velocity?.base, weight.base)
    }

    static func rmsprop(
        rate: Float, rho: Float, momentum: Float, epsilon: Float, gradient: Floats, square: Floats, mean: Floats?,
        velocity: Floats?, weight: Floats
    ) {
        expect(gradient, weight.count, "RMSprop, gradient")
        expect(square, weight.count, "RMSprop, mean square")
        expect(mean, weight.count, "RMSprop, mean")
        expect(velocity, weight.count, "RMSprop, velocity")
        ck_rmsprop(
            weight.count, rate, rho, momentum, epsilon, gradient.base, square.base, mean?.base, velocity?.base,
            weight.base)
    }

    static func adam(
        rate: Float, correctedRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
        gradient: Floats, firstMoment: Floats, secondMoment: Floats, weight: Floats
    ) {
        expect(gradient, weight.count, "Adam, gradient")
        expect(firstMoment, weight.count, "Adam, first moment")
        expect(secondMoment, weight.count, "Adam, second moment")
        ck_adam(
            weight.count, rate, correctedRate, beta1, beta2, epsilon, weightDecay, gradient.base,
            firstMoment.base, secondMoment.base, weight.base)
    }

    static func sumOfSquares(_ x: Floats) -> Double {
        ck_sum_of_squares(x.count, x.base)
    }

    static func clip(_ x: Floats, limit: Float) {
        ck_clip(x.count, limit, x.base)
    }

    static func scale(_ x: Floats, by factor: Float) {
        ck_binary_scalar(CK_MULTIPLY, x.count, x.base, factor, x.base)
    }

    /// The penalty; adds its gradient where one is given.
    static func regularize(_ regularizer: Regularizer, parameters: Floats, gradients: Floats?) -> Double {
        expect(gradients, parameters.count, "regularizer, gradients")
        return ck_regularize(
            parameters.count, regularizer.l1, regularizer.l2, parameters.base, gradients?.base)
    }
}
