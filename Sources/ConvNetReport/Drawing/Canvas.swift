/// Pixels that shapes are drawn on, with smooth edges: how much of a pixel a shape covers follows from the distance of the
/// pixel's centre to the shape's edge.
struct Canvas {
    let width: Int
    let height: Int
    /// Rows from top to bottom, three bytes a pixel.
    private(set) var rgb: [UInt8]

    /// A canvas of the surface's colour.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        let ground = Ink.surface.light
        rgb = [UInt8](repeating: 255, count: 3 * width * height)
        if ground != RGB(255, 255, 255) { fill(Box(0, 0, Double(width), Double(height)), ground, 1) }
    }

    /// Draws a shape whose lengths are multiplied by a scale.
    mutating func draw(_ shape: Shape, scale: Double) {
        func scaled(_ point: Point) -> Point { Point(point.x * scale, point.y * scale) }
        func scaled(_ box: Box) -> Box {
            Box(box.x * scale, box.y * scale, box.width * scale, box.height * scale)
        }
        switch shape {
        case .rectangle(let box, let paint, _):
            fill(scaled(box), paint.ink.light, paint.opacity)
        case .line(let points, let paint, let width, let isDashed):
            let points = points.map(scaled)
            let pieces = isDashed ? Self.dashes(of: points, length: 3 * width * scale) : [points]
            for piece in pieces { stroke(piece, width: width * scale, paint.ink.light, paint.opacity) }
        case .marker(let marker, let center, let radius, let paint, _):
            fill(marker, at: scaled(center), radius: radius * scale, paint.ink.light, paint.opacity)
        case .text(let label):
            for line in StrokeFont.lines(of: label) {
                let width = label.size * (label.isBold ? 0.115 : 0.08)
                stroke(line.map(scaled), width: width * scale, label.ink.light, 1)
            }
        case .image(let image, let box, _):
            draw(image, in: scaled(box))
        }
    }

    private mutating func fill(_ box: Box, _ color: RGB, _ opacity: Double) {
        for y in rows(box.y, box.bottom) {
            let vertical = min(Double(y + 1), box.bottom) - max(Double(y), box.y)
            for x in columns(box.x, box.right) {
                let horizontal = min(Double(x + 1), box.right) - max(Double(x), box.x)
                blend(x, y, color, opacity * max(vertical, 0) * max(horizontal, 0))
            }
        }
    }

    private mutating func fill(
        _ marker: Marker, at center: Point, radius: Double, _ color: RGB, _ opacity: Double
    ) {
        let reach = radius * Marker.diamondReach + 1
        for y in rows(center.y - reach, center.y + reach) {
            for x in columns(center.x - reach, center.x + reach) {
                let (dx, dy) = (abs(Double(x) + 0.5 - center.x), abs(Double(y) + 0.5 - center.y))
                let inside =
                    switch marker {
                    case .circle: radius - (dx * dx + dy * dy).squareRoot()
                    case .square: radius - max(dx, dy)
                    case .diamond: (radius * Marker.diamondReach - dx - dy) * 0.5.squareRoot()
                    }
                blend(x, y, color, opacity * Self.coverage(inside))
            }
        }
    }

    /// A line with round joins and ends. Where its parts overlap it is no darker.
    private mutating func stroke(_ points: [Point], width: Double, _ color: RGB, _ opacity: Double) {
        guard let first = points.first else { return }
        let radius = width / 2
        let reach = radius + 1
        let rows = rows((points.map(\.y).min() ?? 0) - reach, (points.map(\.y).max() ?? 0) + reach)
        let columns = columns((points.map(\.x).min() ?? 0) - reach, (points.map(\.x).max() ?? 0) + reach)
        guard !rows.isEmpty, !columns.isEmpty else { return }
        var mask = [Double](repeating: 0, count: rows.count * columns.count)
        for (start, end) in zip(points, points.count > 1 ? points[1...] : [first][...]) {
            let (dx, dy) = (end.x - start.x, end.y - start.y)
            let square = dx * dx + dy * dy
            let near = self.columns(min(start.x, end.x) - reach, max(start.x, end.x) + reach)
            for y in self.rows(min(start.y, end.y) - reach, max(start.y, end.y) + reach) {
                for x in near {
                    let (px, py) = (Double(x) + 0.5 - start.x, Double(y) + 0.5 - start.y)
                    let along = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
                    let (ex, ey) = (px - along * dx, py - along * dy)
                    let index = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
                    mask[index] = max(mask[index], Self.coverage(radius - (ex * ex + ey * ey).squareRoot()))
                }
            }
        }
        for y in rows {
            for x in columns {
                blend(x, y, color, opacity * mask[(y - rows.lowerBound) * columns.count + x - columns.lowerBound])
            }
        }
    }

    /// Each pixel takes the colour of the image's pixel under its centre.
    private mutating func draw(_ image: PixelImage, in box: Box) {
        guard image.width > 0, image.height > 0, box.width > 0, box.height > 0 else { return }
        for y in rows(box.y, box.bottom) {
            let row = Int(((Double(y) + 0.5 - box.y) / box.height * Double(image.height)).rounded(.down))
            guard (0..<image.height).contains(row) else { continue }
            for x in columns(box.x, box.right) {
                let column = Int(((Double(x) + 0.5 - box.x) / box.width * Double(image.width)).rounded(.down))
                guard (0..<image.width).contains(column) else { continue }
                blend(x, y, image.color(row: row, column: column), 1)
            }
        }
    }

    /// A line cut into dashes as long as the gaps between them.
    private static func dashes(of points: [Point], length: Double) -> [[Point]] {
        var dashes: [[Point]] = []
        var current = points.prefix(1).map(\.self)
        var isDrawn = true
        var left = length
        for (start, end) in zip(points, points.dropFirst()) {
            let distance = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
            var done = 0.0
            while distance - done > left {
                done += left
                let share = done / distance
                let place = Point(start.x + share * (end.x - start.x), start.y + share * (end.y - start.y))
                if isDrawn { dashes.append(current + [place]) }
                current = [place]
                isDrawn.toggle()
                left = length
            }
            left -= distance - done
            current.append(end)
        }
        if isDrawn { dashes.append(current) }
        return dashes
    }

    /// How much of a pixel is covered whose centre lies so far inside an edge.
    private static func coverage(_ inside: Double) -> Double { min(max(inside + 0.5, 0), 1) }

    private func rows(_ top: Double, _ bottom: Double) -> Range<Int> { Self.range(top, bottom, within: height) }
    private func columns(_ left: Double, _ right: Double) -> Range<Int> { Self.range(left, right, within: width) }

    private static func range(_ low: Double, _ high: Double, within count: Int) -> Range<Int> {
        let first = Int(min(max(low.rounded(.down), 0), Double(count)))
        return first..<max(first, Int(min(max(high.rounded(.up), 0), Double(count))))
    }

    private mutating func blend(_ x: Int, _ y: Int, _ color: RGB, _ share: Double) {
        guard share > 0 else { return }
        let start = 3 * (y * width + x)
        let mixed = RGB(rgb[start], rgb[start + 1], rgb[start + 2]).mixed(with: color, share)
        rgb[start] = mixed.red
        rgb[start + 1] = mixed.green
        rgb[start + 2] = mixed.blue
    }
}

extension Marker {
    /// How far a diamond's corners are from its centre, in radii: its area is then that of the circle.
    static let diamondReach = 1.25
}
