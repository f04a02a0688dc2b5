/// Finds the digits in a picture and makes of each what MNIST's makers made of theirs.
///
/// The steps, one file each: reduce the picture, estimate the paper, find the ink and its polarity, take ruled lines out,
/// put components together, and place each digit.
public struct DigitFinder: Sendable {
    /// One digit in a picture.
    public struct Digit: Sendable, Equatable {
        /// Where it is in the picture.
        public let box: PixelBox
        /// What a network sees: 28 x 28 pixels, 0 paper to 255 ink.
        public let image: Picture
    }

    /// The picture's longer side while digits are looked for; larger ones are reduced to it.
    public static let workingSide = 1000

    /// Width and height of the images that networks see.
    public static let imageSide = Placement.side

    /// A finder with the measures above.
    public init() {}

    /// The digits of a picture in reading order: left to right, line by line. None where nothing is written.
    ///
    /// - Parameter picture: Of any size, light on dark or dark on light; colour counts as grey.
    public func digits(in picture: Picture) -> [Digit] {
        guard let page = Page(picture) else { return [] }
        return page.groups.compactMap(page.digit)
    }

    /// A picture's only character: all that is written, whether its strokes hang together or not; nil where nothing is.
    ///
    /// - Parameter picture: Of any size, light on dark or dark on light; colour counts as grey.
    public func character(in picture: Picture) -> Digit? {
        guard let page = Page(picture), var whole = page.groups.first else { return nil }
        for group in page.groups.dropFirst() { whole.add(group) }
        return page.digit(whole)
    }
}

/// A picture with what is written on it.
private struct Page {
    /// In reading order.
    let groups: [Segmentation.Group]
    private let ink: Ink
    private let components: Components
    /// Pixels of the picture a pixel of the ink.
    private let scale: Double

    /// Nil where nothing stands out of the paper.
    init?(_ picture: Picture) {
        let image = Plane(picture, longestSide: DigitFinder.workingSide)
        guard let ink = Ink(in: image) else { return nil }
        let (width, height) = (image.width, image.height)
        let mask = RuledLines.removed(
            from: ink.amount.values.map { $0 > ink.lowLevel }, width: width, height: height)
        let components = Components(of: mask, width: width, height: height) { ink.amount.values[$0] > ink.level }
        groups = Segmentation.digits(in: components, width: width, height: height).filter {
            Outline.isStroke($0, in: image, ink, components)
        }
        self.ink = ink
        self.components = components
        scale = Double(picture.width) / Double(width)
    }

    func digit(_ group: Segmentation.Group) -> DigitFinder.Digit? {
        guard let placed = Placement.placed(cut(group)) else { return nil }
        let box = PixelBox(
            x: Int(Double(group.box.x) * scale), y: Int(Double(group.box.y) * scale),
            width: Int((Double(group.box.width) * scale).rounded(.up)),
            height: Int((Double(group.box.height) * scale).rounded(.up)))
        let pixels = placed.values.map { UInt8(($0 * 255).rounded()) }
        return DigitFinder.Digit(
            box: box, image: Picture(width: Placement.side, height: Placement.side, pixels: pixels))
    }

    /// The ink of one digit with a margin for its soft edges, 0 none to 1 full; of other components, nothing.
    private func cut(_ group: Segmentation.Group) -> Plane {
        let amount = ink.amount
        let margin = max(group.box.longerSide / 24, 1)
        let (left, top) = (max(group.box.x - margin, 0), max(group.box.y - margin, 0))
        let (right, bottom) = (
            min(group.box.right + margin, amount.width), min(group.box.bottom + margin, amount.height)
        )
        let labels = Set(group.labels)
        var own = Plane(width: right - left, height: bottom - top)
        var strokes: [Float] = []
        for y in top..<bottom {
            for x in left..<right where labels.contains(components.labels[y * amount.width + x]) {
                own[x - left, y - top] = 1
                if amount[x, y] > ink.level { strokes.append(amount[x, y]) }
            }
        }
        // The paper's grain goes; strokes are as strong as MNIST's, whatever the pen.
        let full = strokes.isEmpty ? 2 * ink.level : strokes.percentile(0.75)
        let floor = min(2 * ink.grain, 0.3 * full)
        var near = own
        for _ in 0..<margin { near = near.blurred() }
        for y in 0..<own.height {
            for x in 0..<own.width {
                let value = (amount[left + x, top + y] - floor) / max(full - floor, 1)
                let label = components.labels[(top + y) * amount.width + left + x]
                let isForeign = label > 0 && !labels.contains(label)
                own[x, y] = near[x, y] > 0 && !isForeign ? min(max(value, 0), 1) : 0
            }
        }
        return own
    }
}
