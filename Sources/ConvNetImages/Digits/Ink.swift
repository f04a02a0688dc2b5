/// What is written, apart from what it is written on: how much ink is at each pixel, and above what level it is some.
struct Ink {
    /// How far each pixel is from the paper towards the ink, in grey levels; 0 is paper.
    let amount: Plane
    /// The spread of the paper's own grain, as the standard deviation in grey levels.
    let grain: Float
    /// Half of what strokes have; above is ink for sure.
    let level: Float
    /// What is above this and connected with ink for sure is ink as well: the thin and pale parts of strokes.
    let lowLevel: Float
    /// Whether the ink is darker than the paper.
    let isDark: Bool

    /// Contrasts below this, in grey levels, are no writing, however even the paper.
    private static let leastContrast: Float = 20

    /// Finds the ink; nil where nothing stands out of the paper.
    init?(in image: Plane) {
        let surface = Paper(surfaceOf: image).plane(width: image.width, height: image.height)
        let differences = zip(image.values, surface.values).map { $0 - $1 }
        isDark = Self.isDark(differences)

        var paper = surface
        var amount = Self.amount(of: image, over: paper, isDark: isDark)
        // What may be ink is left out of the paper: at first only what surely is, since the surface may be off by a little.
        for share in [1, 0.5] as [Float] {
            let grain = Self.grain(of: amount.values)
            let limit = max(share * Self.level(amount.values, grain: grain), 2.5 * grain)
            paper = Paper(of: image, without: amount.values.map { $0 > limit })
                .plane(width: image.width, height: image.height)
            amount = Self.amount(of: image, over: paper, isDark: isDark)
        }

        var grain = Self.grain(of: amount.values)
        var level = Self.level(amount.values, grain: grain)
        // Grain that comes near the strokes' own contrast is averaged away, where there are pixels enough.
        var rounds = min(min(image.width, image.height) / 60, 3)
        while rounds > 0, grain > 0.12 * level {
            amount = amount.blurred()
            grain = Self.grain(of: amount.values)
            level = Self.level(amount.values, grain: grain)
            rounds -= 1
        }
        guard 2 * level >= Self.leastContrast, level > 3.2 * grain else { return nil }
        self.amount = amount
        self.grain = grain
        self.level = level
        lowLevel = min(max(0.5 * level, 3 * grain), level)
    }

    /// Ink is the side of the paper on which the strong differences are.
    private static func isDark(_ differences: [Float]) -> Bool {
        let spread = max(differences.map { abs($0) }.percentile(0.5), 1)
        var (light, dark): (Double, Double) = (0, 0)
        for difference in differences where abs(difference) > 3 * spread {
            let square = Double(difference) * Double(difference)
            if difference > 0 { light += square } else { dark += square }
        }
        return dark >= light
    }

    /// Light falls on paper and ink alike, so that dark ink takes a share of the paper's brightness; light ink adds to it.
    /// In the darkest corners, where that would raise the grain as well, it is not made up for in full.
    private static func amount(of image: Plane, over paper: Plane, isDark: Bool) -> Plane {
        let mean = paper.values.reduce(0, +) / Float(paper.values.count)
        let values = zip(image.values, paper.values).map { value, paper in
            isDark ? (paper - value) * mean / max(paper, mean / 3, 1) : value - paper
        }
        return Plane(width: image.width, height: image.height, values: values)
    }

    /// The standard deviation of the paper's grain, from the side where there is no ink: the median of the distances there;
    /// 1.4826 makes it that of a normal distribution.
    private static func grain(of amounts: [Float]) -> Float {
        let beyond = amounts.filter { $0 <= 0 }
        return beyond.isEmpty ? 0 : -1.4826 * beyond.percentile(0.5)
    }

    /// The level half way between the paper and the mean of what is above that level (Ridler and Calvard, "Picture
    /// thresholding using an iterative selection method", 1978, with the paper's mean known), begun at Otsu's.
    private static func level(_ amounts: [Float], grain: Float) -> Float {
        var level = max(otsu(amounts), 3 * grain)
        for _ in 0..<20 {
            var (sum, count): (Double, Double) = (0, 0)
            for amount in amounts where amount > level {
                sum += Double(amount)
                count += 1
            }
            guard count > 0 else { return level }
            let next = max(Float(0.5 * sum / count), 3 * grain)
            if abs(next - level) < 0.5 { return next }
            level = next
        }
        return level
    }

    /// The threshold that separates two classes best: Otsu, "A threshold selection method from gray-level histograms",
    /// 1979.
    private static func otsu(_ amounts: [Float]) -> Float {
        var histogram = [Double](repeating: 0, count: 256)
        for amount in amounts { histogram[Int(min(max(amount, 0), 255))] += 1 }
        let total = Double(amounts.count)
        let mean = histogram.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / total
        var (below, sumBelow, best, bestVariance): (Double, Double, Int, Double) = (0, 0, 0, -1)
        for (value, count) in histogram.enumerated() {
            below += count
            sumBelow += Double(value) * count
            guard below > 0, below < total else { continue }
            let difference = mean * below - sumBelow
            let variance = difference * difference / (below * (total - below))
            if variance > bestVariance { (best, bestVariance) = (value, variance) }
        }
        return Float(best) + 0.5
    }
}
