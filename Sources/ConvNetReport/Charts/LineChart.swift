/// Numbers that follow one another, one line a series.
enum LineChart {
    /// One line, with a note at each of its points.
    struct Series: Sendable {
        var name: String
        var points: [(x: Double, y: Double, note: String)]
    }

    private static let size = (width: 480.0, height: 330.0)
    /// With more points than this, marks would hide the line.
    private static let largestMarkedCount = 60

    static func drawing(title: String, summary: String, x: Axis, y: Axis, series: [Series]) -> Drawing {
        var drawing = Drawing(width: size.width, height: size.height, title: title, summary: summary)
        drawing.drawTitle()
        drawing.drawLegend(series.enumerated().map { LegendEntry($1.name, series: $0) })
        let left = 40 + (y.ticks.map { StrokeFont.width(of: y.text($0), size: 12) }.max() ?? 0)
        let area = PlotArea(box: Box(left, 62, size.width - left - 22, size.height - 62 - 54), x: x, y: y)
        area.draw(in: &drawing)
        for (number, line) in series.enumerated() {
            let paint = Paint(.series(number))
            let points = line.points.filter { $0.x.isFinite && $0.y.isFinite }
            let places = points.map { area.point($0.x, $0.y) }
            if places.count > 1 { drawing.shapes.append(.line(places, paint, width: 2, isDashed: number > 0)) }
            guard points.count <= largestMarkedCount else { continue }
            for (point, place) in zip(points, places) {
                drawing.shapes.append(.marker(.series(number), place, radius: 4, paint, note: point.note))
            }
        }
        return drawing
    }
}
