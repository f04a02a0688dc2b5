import Testing

@testable import ConvNet

/// How far two correct float32 computations of the same formula may be apart.
///
/// The unit roundoff of float32 is u = 2⁻²⁴. A sum of n terms, rounded after each addition, is off by about u √n times the
/// size of its partial sums, since the errors have random signs; the largest element of a result is at least of that size.
/// Two such computations, the one here and Keras's, differ by at most about twice that, and four times as much leaves room
/// for the unluckiest of some thousand elements: 8 u √n, relative to the result's largest element.
struct Tolerance: Sendable {
    let relative: Float

    /// For results whose every element is a sum of `count` products.
    static func sum(of count: Int) -> Tolerance {
        Tolerance(relative: 8 * 0x1p-24 * Float(max(1, count)).squareRoot())
    }

    /// For results of a few operations an element.
    static let elementwise = Tolerance.sum(of: 1)

    /// The same with room for `factor` times the error.
    func times(_ factor: Float) -> Tolerance { Tolerance(relative: relative * factor) }
}

/// Expects two tensors of one shape whose elements differ by no more than the tolerance times the largest magnitude
/// expected, or `scale` where that is larger.
func expectClose(
    _ actual: Tensor, _ expected: Tensor, _ tolerance: Tolerance, scale: Float = 0, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let largest = expected.scalars.reduce(scale) { max($0, $1.magnitude) }
    expectClose(
        actual, expected, scales: Tensor(shape: expected.shape, repeating: largest), tolerance, what,
        sourceLocation: sourceLocation)
}

/// Expects two tensors of one shape, each of whose elements differ by no more than the tolerance times the element's own
/// scale, or times its expected magnitude where that is larger.
func expectClose(
    _ actual: Tensor, _ expected: Tensor, scales: Tensor, _ tolerance: Tolerance, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("\(what) has the shape \(actual.shape), not \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    // How many times the bound each element is off; not a comparison, so that NaN is seen.
    let excess = actual.scalars.indices.map { index in
        let bound = tolerance.relative * max(scales.scalars[index].magnitude, expected.scalars[index].magnitude)
        let error = (actual.scalars[index] - expected.scalars[index]).magnitude
        return error == 0 ? 0 : error.isNaN ? .infinity : error / bound
    }
    if let worst = excess.indices.max(by: { excess[$0] < excess[$1] }), excess[worst] > 1 {
        Issue.record(
            """
            \(what): element \(worst) of \(expected.count) is \(actual.scalars[worst]), Keras has \
            \(expected.scalars[worst]); that is \(excess[worst]) times what rounding explains
            """, sourceLocation: sourceLocation)
    }
}

/// Expects two numbers that differ by no more than the tolerance times the expected one, or times `scale` where larger.
func expectClose(
    _ actual: Double, _ expected: Double, _ tolerance: Tolerance, scale: Double = 0, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(
        Tensor(Float(actual)), Tensor(Float(expected)), tolerance, scale: Float(scale), what,
        sourceLocation: sourceLocation)
}
