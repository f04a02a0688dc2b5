import ConvNet

/// The numbers along one side of a chart: a range that ends at round numbers, and marks within it.
struct Axis: Sendable {
    /// What is measured, with its unit.
    let label: String
    let low: Double
    let high: Double
    let ticks: [Double]
    /// Decimals of the marks.
    private let digits: Int

    /// - Parameters:
    ///   - label: What is measured, with its unit.
    ///   - values: What must lie within.
    ///   - limits: What the range never goes beyond, such as 0…100 for shares in percent.
    ///   - isWhole: Whether marks between whole numbers make no sense.
    ///   - tickCount: About how many marks.
    init(
        _ label: String, fitting values: [Double], limits: ClosedRange<Double> = -.infinity ... .infinity,
        isWhole: Bool = false, tickCount: Int = 5
    ) {
        self.label = label
        let finite = values.filter(\.isFinite)
        var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        if low == high {
            let room = isWhole ? 0.5 : max(low.magnitude * 0.1, 1e-3)
            (low, high) = (low - room, high + room)
        }
        var step = Self.roundStep((high - low) / Double(tickCount))
        if isWhole { step = max(step.rounded(), 1) }
        if isWhole {
            (self.low, self.high) = (low, high)
        } else {
            // Multiples of the step are rounded; the values themselves must not fall out.
            self.low = max(min((low / step + 1e-9).rounded(.down) * step, low), limits.lowerBound)
            self.high = min(max((high / step - 1e-9).rounded(.up) * step, high), limits.upperBound)
        }
        let first = Int((self.low / step - 1e-9).rounded(.up))
        let last = Int((self.high / step + 1e-9).rounded(.down))
        ticks = first <= last ? (first...last).map { Double($0) * step } : []
        var digits = 0
        var scaled = step
        while (scaled - scaled.rounded()).magnitude > 1e-6, digits < 9 {
            scaled *= 10
            digits += 1
        }
        self.digits = digits
    }

    /// A mark's text.
    func text(_ tick: Double) -> String { NumberText.fixed(tick, digits: digits) }

    /// Where a value lies between two ends; outside values are moved to the nearer end.
    func place(_ value: Double, from start: Double, to end: Double) -> Double {
        let share = high > low ? min(max((value - low) / (high - low), 0), 1) : 0.5
        return start + share * (end - start)
    }

    /// The next of 1, 2, 5, 10, 20, … times a power of ten.
    private static func roundStep(_ step: Double) -> Double {
        var power = 1.0
        while power * 10 <= step { power *= 10 }
        while power > step, power > 1e-12 { power /= 10 }
        return ([1, 2, 5].first { $0 * power >= step * 0.999_999 } ?? 10) * power
    }
}

/// The part of a chart that data is drawn in, with an axis below and one at the left.
struct PlotArea: Sendable {
    let box: Box
    let x: Axis
    let y: Axis

    func point(_ x: Double, _ y: Double) -> Point {
        Point(self.x.place(x, from: box.x, to: box.right), self.y.place(y, from: box.bottom, to: box.y))
    }

    /// Draws the axes, their marks and what they measure.
    func draw(in drawing: inout Drawing, showsX: Bool = true) {
        for tick in y.ticks {
            let height = point(x.low, tick).y
            drawing.shapes.append(.line([Point(box.x, height), Point(box.right, height)], Paint(.grid), width: 1))
            drawing.shapes.append(
                .text(
                    Label(text: y.text(tick), place: Point(box.x - 8, height + 4), anchor: .end, ink: .muted)))
        }
        drawing.shapes.append(
            .line([Point(box.x, box.bottom), Point(box.right, box.bottom)], Paint(.muted), width: 1))
        drawing.shapes.append(
            .text(
                Label(
                    text: y.label, place: Point(16, (box.y + box.bottom) / 2), anchor: .middle, ink: .muted,
                    isVertical: true)))
        guard showsX else { return }
        for tick in x.ticks {
            let place = point(tick, y.low).x
            drawing.shapes.append(
                .line([Point(place, box.bottom), Point(place, box.bottom + 4)], Paint(.muted), width: 1))
            drawing.shapes.append(
                .text(
                    Label(text: x.text(tick), place: Point(place, box.bottom + 18), anchor: .middle, ink: .muted)))
        }
        drawing.shapes.append(
            .text(
                Label(
                    text: x.label, place: Point((box.x + box.right) / 2, box.bottom + 37), anchor: .middle,
                    ink: .muted)))
    }
}

extension Drawing {
    /// Where the title stands.
    static let margin = 14.0

    /// Writes the title at the upper left.
    mutating func drawTitle() {
        let text = StrokeFont.fitted(title, size: 14, width: width - 2 * Self.margin)
        shapes.append(.text(Label(text: text, place: Point(Self.margin, 24), size: 14, isBold: true)))
    }

    /// Names what is drawn, under the title.
    mutating func drawLegend(_ entries: [LegendEntry]) {
        var x = Self.margin
        let y = 44.0
        for entry in entries {
            let width = entry.hasLine ? 26.0 : 10
            if entry.hasLine {
                shapes.append(
                    .line(
                        [Point(x, y - 4), Point(x + width, y - 4)], Paint(entry.ink), width: 2, isDashed: entry.isDashed
                    ))
            }
            if let marker = entry.marker {
                shapes.append(.marker(marker, Point(x + width / 2, y - 4), radius: 4, Paint(entry.ink)))
            }
            shapes.append(.text(Label(text: entry.name, place: Point(x + width + 6, y))))
            x += width + 24 + StrokeFont.width(of: entry.name, size: 12)
        }
    }
}

/// A name and what is drawn for it.
struct LegendEntry: Sendable {
    let name: String
    let ink: Ink
    let marker: Marker?
    let hasLine: Bool
    let isDashed: Bool

    /// A line without marks.
    init(_ name: String, ink: Ink, isDashed: Bool) {
        (self.name, self.ink, marker, hasLine, self.isDashed) = (name, ink, nil, true, isDashed)
    }

    /// A series; all but the first have dashed lines.
    init(_ name: String, series: Int, hasLine: Bool = true) {
        (self.name, ink, marker) = (name, .series(series), .series(series))
        (self.hasLine, isDashed) = (hasLine, series > 0)
    }
}

extension Marker {
    /// The mark of the series of a number.
    static func series(_ number: Int) -> Marker { allCases[number % allCases.count] }
}
