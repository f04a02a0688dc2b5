/// A picture made of shapes, which can be written as SVG and as PNG.
///
/// Lengths are CSS pixels; the origin is the upper left corner, y points down. Colours have names, so that one picture fits
/// light and dark surroundings.
public struct Drawing: Sendable {
    /// In CSS pixels.
    public let width: Double
    /// In CSS pixels.
    public let height: Double
    /// What the picture shows, in a few words.
    public let title: String
    /// What one would tell somebody who cannot see it.
    public let summary: String
    var shapes: [Shape] = []

    init(width: Double, height: Double, title: String, summary: String) {
        self.width = width
        self.height = height
        self.title = title
        self.summary = summary
    }
}

/// A place in a picture.
struct Point: Sendable, Equatable {
    var x: Double
    var y: Double

    init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// A box in a picture.
struct Box: Sendable, Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    var right: Double { x + width }
    var bottom: Double { y + height }
}

/// One shape of a picture. Later shapes cover earlier ones.
enum Shape: Sendable {
    case rectangle(Box, Paint, note: String? = nil)
    /// A line through points, with round ends.
    case line([Point], Paint, width: Double, isDashed: Bool = false)
    case marker(Marker, Point, radius: Double, Paint, note: String? = nil)
    case text(Label)
    /// Pixels without smoothing between them.
    case image(PixelImage, Box, note: String? = nil)
}

/// A mark at a data point; each series has a form of its own beside its colour.
enum Marker: Sendable, CaseIterable {
    case circle, square, diamond
}

/// A line of text.
struct Label: Sendable {
    enum Anchor: Sendable { case start, middle, end }

    var text: String
    /// On the baseline.
    var place: Point
    var size = 12.0
    var anchor = Anchor.start
    var ink = Ink.text
    var isBold = false
    /// Whether it runs upward.
    var isVertical = false
}

/// A colour and how much of it.
struct Paint: Sendable, Equatable {
    var ink: Ink
    var opacity = 1.0

    init(_ ink: Ink, opacity: Double = 1) {
        self.ink = ink
        self.opacity = opacity
    }
}

/// A picture of pixels, rows from top to bottom, three bytes a pixel.
struct PixelImage: Sendable, Equatable {
    let width: Int
    let height: Int
    let rgb: [UInt8]

    /// - Parameter color: The colour of the pixel in a row and column.
    init(width: Int, height: Int, color: (_ row: Int, _ column: Int) -> RGB) {
        self.width = width
        self.height = height
        var rgb: [UInt8] = []
        rgb.reserveCapacity(3 * width * height)
        for row in 0..<height {
            for column in 0..<width {
                let color = color(row, column)
                rgb += [color.red, color.green, color.blue]
            }
        }
        self.rgb = rgb
    }

    func color(row: Int, column: Int) -> RGB {
        let start = 3 * (row * width + column)
        return RGB(rgb[start], rgb[start + 1], rgb[start + 2])
    }
}
