/// The lines of one way to write a digit, before anything is varied.
///
/// The digit stands in a box of width and height 1; x goes right, y down. Only shapes matter: the box is fitted later.
struct Skeleton: Sendable {
    /// A line drawn without lifting the pen.
    struct Stroke: Sendable {
        /// Points that the line goes through.
        let points: [SIMD2<Float>]
        /// Numbers of the points where the pen turns sharply; between them the line is smooth.
        let corners: [Int]

        /// - Parameter parts: Smooth parts: the first from its first point on, each other one from where the one before
        ///   it ends.
        init(_ parts: [(Float, Float)]...) {
            points = parts.joined().map { SIMD2($0.0, $0.1) }
            var ends: [Int] = []
            for part in parts.dropLast() { ends.append((ends.last ?? -1) + part.count) }
            corners = ends
        }
    }

    /// How often this way is chosen, against the digit's others.
    let weight: Float
    let strokes: [Stroke]
    /// Mean and standard deviation of width against height, as logarithms to base 2 around the drawn proportions.
    let stretch: (mean: Float, deviation: Float)
    /// How much of the usual bending this shape bears.
    let bend: Float
    /// What the pen's width is multiplied by: digits that are written small are enlarged together with their lines.
    let pen: Float

    init(
        _ weight: Float, stretch: (mean: Float, deviation: Float) = (0, 0.3), bend: Float = 1,
        pen: Float = 1,
        _ strokes: Stroke...
    ) {
        self.weight = weight
        self.strokes = strokes
        self.stretch = stretch
        self.bend = bend
        self.pen = pen
    }
}
