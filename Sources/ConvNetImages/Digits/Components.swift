/// A rectangle of pixels: where something was found in a picture.
public struct PixelBox: Sendable, Equatable, Codable {
    /// The leftmost column.
    public var x: Int
    /// The topmost row.
    public var y: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// - Parameters:
    ///   - x: The leftmost column.
    ///   - y: The topmost row.
    ///   - width: Columns.
    ///   - height: Rows.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    var right: Int { x + width }
    var bottom: Int { y + height }
    var longerSide: Int { max(width, height) }

    func union(_ other: PixelBox) -> PixelBox {
        let (left, top) = (min(x, other.x), min(y, other.y))
        return PixelBox(
            x: left, y: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// How many columns two boxes share; negative is the gap between them.
    func sharedColumns(_ other: PixelBox) -> Int { min(right, other.right) - max(x, other.x) }

    /// How many rows two boxes share; negative is the gap between them.
    func sharedRows(_ other: PixelBox) -> Int { min(bottom, other.bottom) - max(y, other.y) }
}

/// Ink that hangs together: pixels that touch at sides or corners.
struct Component {
    /// Its number in ``Components/labels``.
    let label: Int32
    private(set) var box: PixelBox
    private(set) var area = 0

    fileprivate init(label: Int32, x: Int, y: Int) {
        self.label = label
        box = PixelBox(x: x, y: y, width: 1, height: 1)
    }

    fileprivate mutating func add(x: Int, y: Int) {
        area += 1
        box = box.union(PixelBox(x: x, y: y, width: 1, height: 1))
    }
}

/// All connected components of a mask.
struct Components {
    /// The component that each pixel belongs to, from 1 on, or 0.
    let labels: [Int32]
    let all: [Component]

    /// - Parameters:
    ///   - mask: Shape (height, width).
    ///   - isCertain: A component is kept where this holds for one of its pixels.
    init(of mask: [Bool], width: Int, height: Int, where isCertain: (_ index: Int) -> Bool = { _ in true }) {
        var labels = [Int32](repeating: 0, count: mask.count)
        var all: [Component] = []
        var stack: [Int] = []
        for start in mask.indices where mask[start] && labels[start] == 0 {
            let label = Int32(all.count + 1)
            var component = Component(label: label, x: start % width, y: start / width)
            var pixels = 0
            var hasCertain = false
            var members: [Int] = []
            labels[start] = label
            stack.append(start)
            while let index = stack.popLast() {
                let (x, y) = (index % width, index / width)
                component.add(x: x, y: y)
                members.append(index)
                pixels += 1
                if !hasCertain, isCertain(index) { hasCertain = true }
                for row in max(y - 1, 0)...min(y + 1, height - 1) {
                    for column in max(x - 1, 0)...min(x + 1, width - 1) {
                        let neighbour = row * width + column
                        if mask[neighbour], labels[neighbour] == 0 {
                            labels[neighbour] = label
                            stack.append(neighbour)
                        }
                    }
                }
            }
            if hasCertain {
                all.append(component)
            } else {
                // A number that no component has, so that the pixels are not visited again.
                for index in members { labels[index] = -1 }
            }
        }
        self.labels = labels
        self.all = all
    }
}
