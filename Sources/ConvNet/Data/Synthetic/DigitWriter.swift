import CKernels
import Glibc

/// Writes digits: bends a skeleton as a hand would, draws it with a pen, and places it as MNIST's images are placed.
///
/// One writer belongs to one thread and keeps its memory from digit to digit.
struct DigitWriter {
    /// Pixels a side of the box that the ink is fitted into, and of the image that the box is placed in.
    static let box = 20
    static let side = 28

    private var lines: [SIMD2<Float>] = []
    private var path: [ck_pen_point] = []
    private var depth = [Float](repeating: 0, count: box * box)
    private var ink = [UInt8](repeating: 0, count: box * box)

    /// Writes one image of ``side`` x ``side`` bytes that are 0 before.
    mutating func write(
        _ digit: Int, _ dice: inout Dice, into image: inout MutableSpan<UInt8>, at offset: Int
    ) {
        let styles = Skeleton.digits[digit]
        let style = styles[dice.choose(styles.map(\.weight))]
        path.removeAll(keepingCapacity: true)
        let warp = Warp(style.bend, &dice)
        for stroke in style.strokes { trace(stroke, warp, &dice) }
        let slope = Slope(style.stretch, &dice)
        for index in path.indices {
            let point = slope.apply(SIMD2(path[index].x, path[index].y))
            (path[index].x, path[index].y) = (point.x, point.y)
        }
        hold(Pen(style.pen, &dice), &dice)
        fit()
        Kernels.draw(path, side: Self.box, edge: dice.uniform(0.9, 1.7), depth: &depth, into: &ink)
        place(into: &image, at: offset)
    }

    // MARK: - Shape

    /// A smooth change of the whole digit: polynomials that bend, bulge and shift the middle, but leave slant and size
    /// to ``Slope``.
    private struct Warp {
        private static let deviationX = SIMD8<Float>(0.12, 0.05, 0.07, 0.06, 0.10, 0, 0, 0)
        private static let deviationY = SIMD8<Float>(0.08, 0.06, 0.09, 0.07, 0.05, 0, 0, 0)
        private let x, y: SIMD8<Float>

        init(_ bend: Float, _ dice: inout Dice) {
            var x = SIMD8<Float>()
            var y = SIMD8<Float>()
            for term in 0..<5 {
                x[term] = dice.normal(bend * Self.deviationX[term])
                y[term] = dice.normal(bend * Self.deviationY[term])
            }
            (self.x, self.y) = (x, y)
        }

        func apply(_ point: SIMD2<Float>) -> SIMD2<Float> {
            let u = 2 * point.x - 1
            let v = 2 * point.y - 1
            let terms = SIMD8(u * v, u * u, v * v, u * u * v, u * v * v, 0, 0, 0)
            return point + SIMD2((terms * x).sum(), (terms * y).sum())
        }
    }

    /// Points along a stroke, each of its own place, put behind the path.
    private mutating func trace(_ stroke: Skeleton.Stroke, _ warp: Warp, _ dice: inout Dice) {
        let shift = dice.normal2(0.025)
        let growth = 1 + dice.normal(0.06)
        let turn = dice.normal(0.06)
        let center = stroke.points.reduce(SIMD2(), +) / Float(stroke.points.count)
        lines.removeAll(keepingCapacity: true)
        for (index, point) in stroke.points.enumerated() {
            let isEnd = index == 0 || index == stroke.points.count - 1
            let arm = (point - center) * growth
            let turned = center + SIMD2(arm.x - turn * arm.y, arm.y + turn * arm.x)
            lines.append(warp.apply(turned + shift) + dice.normal2(isEnd ? 0.05 : 0.028))
        }
        smooth(stroke.corners)
    }

    /// Puts a smooth line through ``lines`` behind the path (Catmull and Rom), broken at the corners.
    private mutating func smooth(_ corners: [Int]) {
        path.append(ck_pen_point(x: lines[0].x, y: lines[0].y, radius: 0, joined: false))
        for index in 0..<lines.count - 1 {
            let from = lines[index]
            let to = lines[index + 1]
            // Beyond an end or a corner lies the point that bends the line least.
            let before = index == 0 || corners.contains(index) ? from + (from - to) / 2 : lines[index - 1]
            let after =
                index + 2 == lines.count || corners.contains(index + 1)
                ? to + (to - from) / 2 : lines[index + 2]
            let leaving = (to - before) / 2
            let arriving = (after - from) / 2
            for step in 1...Self.steps {
                let t = Float(step) / Float(Self.steps)
                let a = from + t * leaving
                let bend = 3 * (to - from) - 2 * leaving - arriving
                let twist = leaving + arriving - 2 * (to - from)
                let point = a + t * t * bend + t * t * t * twist
                path.append(ck_pen_point(x: point.x, y: point.y, radius: 0, joined: true))
            }
        }
    }

    /// Straight pieces between two points of a stroke.
    private static let steps = 5

    /// Proportions, slant and turn of the whole digit.
    private struct Slope {
        private let x, y: SIMD2<Float>

        init(_ stretch: (mean: Float, deviation: Float), _ dice: inout Dice) {
            // The drawn box is as wide as high; digits are narrower.
            let width = 0.84 * exp2f(stretch.mean + dice.normal(stretch.deviation))
            let slant = 0.14 + dice.normal(0.28)
            let turn = dice.normal(0.09)
            let (sine, cosine) = (sinf(turn), cosf(turn))
            x = SIMD2(cosine * width, -sine - cosine * slant)
            y = SIMD2(sine * width, cosine - sine * slant)
        }

        func apply(_ point: SIMD2<Float>) -> SIMD2<Float> {
            SIMD2((x * point).sum(), (y * point).sum())
        }
    }

    // MARK: - Ink

    /// Half the width of the line, in pixels, and how it changes along the way.
    private struct Pen {
        let radius, trend, wave, phase, roughness: Float

        init(_ width: Float, _ dice: inout Dice) {
            radius = 1.25 * width * exp2f(dice.normal(0.45))
            trend = dice.normal(0.12)
            wave = abs(dice.normal(0.14))
            phase = dice.uniform(0, 6.3)
            roughness = abs(dice.normal(0.05))
        }
    }

    /// Gives each point of the path its radius.
    private mutating func hold(_ pen: Pen, _ dice: inout Dice) {
        for index in path.indices {
            let along = Float(index) / Float(path.count)
            let pressure =
                1 + pen.trend * (2 * along - 1) + pen.wave * sinf(pen.phase + 9 * along)
                + dice.normal(pen.roughness)
            path[index].radius = max(0.45, pen.radius * pressure)
        }
    }

    // MARK: - Place

    /// Scales the path so that its ink fills the box in one direction and lies in the middle in the other.
    private mutating func fit() {
        var low = SIMD2<Float>(repeating: .infinity)
        var high = -low
        var widest: Float = 0
        for point in path {
            low = pointwiseMin(low, SIMD2(point.x, point.y))
            high = pointwiseMax(high, SIMD2(point.x, point.y))
            widest = max(widest, point.radius)
        }
        let room = Float(Self.box) - 2 * widest
        let scale = room / max((high - low).max(), 0.01)
        let shift = (SIMD2(repeating: Float(Self.box)) - (low + high) * scale) / 2
        for index in path.indices {
            path[index].x = path[index].x * scale + shift.x
            path[index].y = path[index].y * scale + shift.y
        }
    }

    /// Copies the box into the image so that the ink's centre of mass comes to the image's middle, as far as whole
    /// pixels allow. Thin lines become as black as thick ones.
    private func place(into image: inout MutableSpan<UInt8>, at offset: Int) {
        var mass = 0
        var massX = 0
        var massY = 0
        var blackest = 1
        for row in 0..<Self.box {
            for column in 0..<Self.box {
                let level = Int(ink[row * Self.box + column])
                blackest = max(blackest, level)
                mass += level
                massX += level * column
                massY += level * row
            }
        }
        let middle = Float(Self.side - 1) / 2
        func origin(_ moment: Int) -> Int {
            let center = Float(moment) / Float(max(mass, 1))
            return min(max(Int((middle - center).rounded()), 0), Self.side - Self.box)
        }
        let left = origin(massX)
        let top = origin(massY)
        for row in 0..<Self.box {
            let start = offset + (top + row) * Self.side + left
            for column in 0..<Self.box {
                image[start + column] = UInt8(255 * Int(ink[row * Self.box + column]) / blackest)
            }
        }
    }
}
