/// A digit as MNIST has it: fitted into 20 x 20 pixels with its proportions kept, grey where a pixel is covered in part,
/// and placed in 28 x 28 so that its centre of mass is in the middle.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", on how the images were made.
enum Placement {
    static let side = 28
    static let fittedSide = 20
    /// Where the centre of mass comes to lie: in the middle of pixel 14 of 0 to 27, measured on the images for training.
    private static let middle: Float = 14.5

    /// - Parameter ink: The digit alone, 0 none to 1 full.
    /// - Returns: 28 x 28 numbers, or nil where there is no ink.
    static func placed(_ ink: Plane) -> Plane? {
        // Where strokes reach a third of their full strength, the shape itself ends, however soft its edges are.
        guard let box = extent(of: ink, above: 0.3) else { return nil }
        let longer = max(box.width, box.height)
        var scale = Float(fittedSide) / longer
        // An image that has the size already stays as it is, to the pixel.
        let isFitted = abs(scale - 1) < 0.08
        if isFitted { scale = 1 }
        let (width, height) = (isFitted ? box.width.rounded() : box.width, isFitted ? box.height.rounded() : box.height)

        // What lies around the box, the soft edges, is taken along. Whole pixels of the result begin at the box.
        let margin = (side - fittedSide) / 2
        let extra = 2 * margin
        let size = side + 2 * extra
        let fitted = resampled(
            ink, size: size, step: 1 / scale, left: box.x - Float(extra) / scale, top: box.y - Float(extra) / scale)
        guard let center = centerOfMass(fitted) else { return nil }
        func shift(_ center: Float, _ length: Float) -> Int {
            let wanted = Int((middle - center).rounded())
            // No part of the digit leaves the image; a length that rounding made a little more than whole is whole.
            let most = side - extra - Int((length * scale - 0.01).rounded(.up))
            return min(max(wanted, -extra), max(most, -extra))
        }
        let (right, down) = (shift(center.x, width), shift(center.y, height))
        var result = Plane(width: side, height: side)
        for y in 0..<side {
            for x in 0..<side {
                let (column, row) = (x - right, y - down)
                if (0..<size).contains(column), (0..<size).contains(row) { result[x, y] = fitted[column, row] }
            }
        }
        return result
    }

    private struct Extent {
        let x, y, width, height: Float
    }

    private static func extent(of ink: Plane, above level: Float) -> Extent? {
        var (left, right, top, bottom) = (Int.max, -1, Int.max, -1)
        for y in 0..<ink.height {
            for x in 0..<ink.width where ink[x, y] > level {
                (left, right) = (min(left, x), max(right, x))
                (top, bottom) = (min(top, y), max(bottom, y))
            }
        }
        guard right >= 0 else { return nil }
        return Extent(
            x: Float(left), y: Float(top), width: Float(right - left + 1), height: Float(bottom - top + 1))
    }

    /// Each new pixel is the mean of what it covers, or between the source's pixels, where these are larger, what linear
    /// interpolation gives.
    private static func resampled(_ ink: Plane, size: Int, step: Float, left: Float, top: Float) -> Plane {
        let across = weights(count: ink.width, size: size, step: step, start: left)
        let down = weights(count: ink.height, size: size, step: step, start: top)
        var narrow = Plane(width: size, height: ink.height)
        for y in 0..<ink.height {
            for (x, parts) in across.enumerated() {
                narrow[x, y] = parts.reduce(0) { $0 + $1.weight * ink[$1.index, y] }
            }
        }
        var result = Plane(width: size, height: size)
        for (y, parts) in down.enumerated() {
            for x in 0..<size {
                result[x, y] = min(max(parts.reduce(0) { $0 + $1.weight * narrow[x, $1.index] }, 0), 1)
            }
        }
        return result
    }

    /// The source's pixels under each new one. A box of at least one source pixel's width: over smaller ones the mean of a
    /// box is linear interpolation.
    private static func weights(
        count: Int, size: Int, step: Float, start: Float
    ) -> [[(index: Int, weight: Float)]] {
        let reach = max(step, 1)
        return (0..<size).map { target in
            let middle = start + (Float(target) + 0.5) * step
            let (low, high) = (middle - reach / 2, middle + reach / 2)
            let first = max(Int(low.rounded(.down)), 0)
            let last = min(Int(high.rounded(.up)), count)
            guard first < last else { return [] }
            return (first..<last).compactMap { index in
                let covered = min(high, Float(index + 1)) - max(low, Float(index))
                return covered > 0 ? (index, covered / reach) : nil
            }
        }
    }

    /// Measured from the upper left corner; the middle of the first pixel is at 0.5.
    private static func centerOfMass(_ plane: Plane) -> (x: Float, y: Float)? {
        var (sum, sumX, sumY): (Float, Float, Float) = (0, 0, 0)
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                let value = plane[x, y]
                sum += value
                sumX += value * (Float(x) + 0.5)
                sumY += value * (Float(y) + 0.5)
            }
        }
        return sum > 0 ? (sumX / sum, sumY / sum) : nil
    }
}
