import ConvNet
import FoundationEssentials

extension Drawing {
    /// The picture as an SVG file that needs nothing else; its colours follow the viewer's light or dark setting.
    ///
    /// - Throws: ``ConvNetError`` where an image in it cannot be encoded.
    public func svg() throws -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        \(try svgElement(
            attributes: " xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Markup.number(width))\""
                + " height=\"\(Markup.number(height))\"",
            head: "<title>\(Markup.escape(title))</title><desc>\(Markup.escape(summary))</desc>"
                + "<style>\(Ink.stylesheet)</style>"))

        """
    }

    /// The picture inside an HTML page that has ``Ink/stylesheet``.
    func inlineSVG() throws -> String {
        try svgElement(
            attributes: " width=\"\(Markup.number(width))\" height=\"\(Markup.number(height))\"", head: "")
    }

    private func svgElement(attributes: String, head: String) throws -> String {
        let box = "0 0 \(Markup.number(width)) \(Markup.number(height))"
        let label = Markup.escape(summary.isEmpty ? title : "\(title). \(summary)")
        var text =
            "<svg\(attributes) viewBox=\"\(box)\" role=\"img\" aria-label=\"\(label)\""
            + " font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif\">\(head)"
            + "<rect class=\"f-surface\" width=\"100%\" height=\"100%\"/>"
        for shape in shapes { text += "\n" + (try shape.svg()) }
        return text + "\n</svg>"
    }

    /// The picture as a PNG file, two pixels a CSS pixel, on light ground.
    ///
    /// - Throws: ``ConvNetError`` where the picture is too large to be encoded.
    public func png() throws -> [UInt8] {
        let scale = 2.0
        var canvas = Canvas(width: Int((width * scale).rounded()), height: Int((height * scale).rounded()))
        for shape in shapes { canvas.draw(shape, scale: scale) }
        return try PNGEncoder.encode(rgb: canvas.rgb, width: canvas.width, height: canvas.height)
    }
}

extension Shape {
    fileprivate func svg() throws -> String {
        switch self {
        case .rectangle(let box, let paint, let note):
            return Self.element("rect", "\(Self.frame(box))\(Self.fill(paint))", note)
        case .line(let points, let paint, let width, let isDashed):
            let path = points.map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }.joined(separator: " ")
            let dashes = isDashed ? " stroke-dasharray=\"\(Markup.number(3 * width)) \(Markup.number(3 * width))\"" : ""
            let opacity = paint.opacity < 1 ? " stroke-opacity=\"\(Markup.number(paint.opacity))\"" : ""
            return Self.element(
                "polyline",
                " points=\"\(path)\" class=\"s-\(paint.ink.rawValue)\" fill=\"none\""
                    + " stroke-width=\"\(Markup.number(width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\""
                    + dashes + opacity, nil)
        case .marker(let marker, let center, let radius, let paint, let note):
            switch marker {
            case .circle:
                return Self.element(
                    "circle",
                    " cx=\"\(Markup.number(center.x))\" cy=\"\(Markup.number(center.y))\""
                        + " r=\"\(Markup.number(radius))\"\(Self.fill(paint))", note)
            case .square:
                let box = Box(center.x - radius, center.y - radius, 2 * radius, 2 * radius)
                return Self.element("rect", "\(Self.frame(box))\(Self.fill(paint))", note)
            case .diamond:
                let reach = radius * Marker.diamondReach
                let corners = [(0, -reach), (reach, 0), (0, reach), (-reach, 0)]
                    .map { "\(Markup.number(center.x + $0.0)),\(Markup.number(center.y + $0.1))" }
                return Self.element(
                    "polygon", " points=\"\(corners.joined(separator: " "))\"\(Self.fill(paint))", note)
            }
        case .text(let label):
            let place =
                label.isVertical
                ? " transform=\"translate(\(Markup.number(label.place.x)) \(Markup.number(label.place.y))) rotate(-90)\""
                : " x=\"\(Markup.number(label.place.x))\" y=\"\(Markup.number(label.place.y))\""
            let anchor =
                switch label.anchor {
                case .start: ""
                case .middle: " text-anchor=\"middle\""
                case .end: " text-anchor=\"end\""
                }
            return "<text\(place) class=\"f-\(label.ink.rawValue)\" font-size=\"\(Markup.number(label.size))\"\(anchor)"
                + "\(label.isBold ? " font-weight=\"600\"" : "")>\(Markup.escape(label.text))</text>"
        case .image(let image, let box, let note):
            let png = try PNGEncoder.encode(rgb: image.rgb, width: image.width, height: image.height)
            return Self.element(
                "image",
                "\(Self.frame(box)) preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
                    + " href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"", note)
        }
    }

    private static func element(_ name: String, _ attributes: String, _ note: String?) -> String {
        guard let note else { return "<\(name)\(attributes)/>" }
        return "<\(name)\(attributes)><title>\(Markup.escape(note))</title></\(name)>"
    }

    private static func frame(_ box: Box) -> String {
        " x=\"\(Markup.number(box.x))\" y=\"\(Markup.number(box.y))\" width=\"\(Markup.number(box.width))\""
            + " height=\"\(Markup.number(box.height))\""
    }

    private static func fill(_ paint: Paint) -> String {
        " class=\"f-\(paint.ink.rawValue)\""
            + (paint.opacity < 1 ? " fill-opacity=\"\(Markup.number(paint.opacity))\"" : "")
    }
}
