/// Which components make up one digit each, and in what order the digits are read.
enum Segmentation {
    /// Components that belong to one digit.
    struct Group {
        var labels: [Int32]
        var box: PixelBox
        var area: Int

        mutating func add(_ other: Group) {
            labels += other.labels
            box = box.union(other.box)
            area += other.area
        }
    }

    /// A digit's longer side has at least this many pixels.
    private static let leastSide = 7

    /// The digits of a picture in reading order: left to right, line by line.
    static func digits(in components: Components, width: Int, height: Int) -> [Group] {
        let pieces = components.all.filter { isInk($0, width: width, height: height) }
        guard let largest = pieces.map(\.box.longerSide).max() else { return [] }
        var groups =
            pieces
            .filter { $0.box.longerSide * 12 >= largest }
            .map { Group(labels: [$0.label], box: $0.box, area: $0.area) }
        merge(&groups)
        // Digits of one picture are of similar size; what is much smaller is a speck, a comma or a dot.
        let tallest = groups.map(\.box.longerSide).max() ?? 0
        let most = groups.map(\.area).max() ?? 0
        groups = groups.filter {
            $0.box.longerSide >= max(leastSide, Int(0.4 * Double(tallest))) && $0.area * 20 >= most
        }
        return inReadingOrder(groups)
    }

    /// Specks are not, nor the dark edges of a photograph: what lies along a border from end to end.
    private static func isInk(_ component: Component, width: Int, height: Int) -> Bool {
        let box = component.box
        guard component.area >= 3 else { return false }
        let touchesSides = (box.x == 0 ? 1 : 0) + (box.right == width ? 1 : 0)
        let touchesEnds = (box.y == 0 ? 1 : 0) + (box.bottom == height ? 1 : 0)
        // A digit that fills its picture touches borders too, but is no frame round it.
        let isFrame = touchesSides + touchesEnds >= 3 && min(width, height) >= 60
        let isEdge =
            touchesSides == 2 && touchesEnds == 1 && box.height * 3 < height
            || touchesEnds == 2 && touchesSides == 1 && box.width * 3 < width
        return !isFrame && !isEdge
    }

    /// Joins the pieces of broken strokes.
    private static func merge(_ groups: inout [Group]) {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            search: for i in groups.indices {
                for j in groups.indices where j > i && belongTogether(groups[i], groups[j]) {
                    groups[i].add(groups.remove(at: j))
                    hasChanged = true
                    break search
                }
            }
        }
    }

    private static func belongTogether(_ a: Group, _ b: Group) -> Bool {
        let (columns, rows) = (a.box.sharedColumns(b.box), a.box.sharedRows(b.box))
        let (large, small) = a.box.longerSide >= b.box.longerSide ? (a, b) : (b, a)
        let size = Double(large.box.longerSide)
        let both = a.box.union(b.box)
        // One lies within the other's box for the most part.
        if columns > 0, rows > 0 {
            let smaller = min(a.box.width * a.box.height, b.box.width * b.box.height)
            if Double(columns * rows) >= 0.3 * Double(smaller) { return true }
        }
        let isPiece = Double(small.box.longerSide) < 0.6 * size || small.area * 4 < large.area
        // One above the other: the bar of a 5, a stroke that the pen skipped.
        if Double(columns) >= 0.4 * Double(min(a.box.width, b.box.width)), Double(-rows) <= 0.2 * size {
            return isPiece || Double(both.height) <= 1.3 * Double(both.width)
        }
        // Side by side, and together no wider than a digit.
        if Double(rows) >= 0.3 * Double(small.box.height), Double(-columns) <= 0.12 * size {
            return isPiece && Double(both.width) <= 1.1 * Double(both.height)
        }
        // Corner to corner.
        return isPiece && Double(-columns) <= 0.08 * size && Double(-rows) <= 0.08 * size
    }

    private static func inReadingOrder(_ groups: [Group]) -> [Group] {
        var lines: [[Group]] = []
        for group in groups.sorted(by: { $0.box.y + $0.box.bottom < $1.box.y + $1.box.bottom }) {
            let center = group.box.y + group.box.height / 2
            // In a line's middle digits, whatever long strokes its others have.
            let line = lines.lastIndex { line in
                let tops = line.map(\.box.y).sorted(), bottoms = line.map(\.box.bottom).sorted()
                return (tops[tops.count / 2]..<bottoms[bottoms.count / 2]).contains(center)
            }
            if let line { lines[line].append(group) } else { lines.append([group]) }
        }
        return lines.flatMap { $0.sorted { $0.box.x + $0.box.right < $1.box.x + $1.box.right } }
    }
}
