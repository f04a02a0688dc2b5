/// Whether what was found ends where a stroke ends.
///
/// A shadow that the paper's estimate missed fades slowly; outside a stroke there is paper soon, however blurred its edge.
/// So the picture itself is asked, not what the estimate left of it.
enum Outline {
    /// How far outside the shape paper must be reached, as a share of the shape's longer side.
    private static let reach = 1.0 / 8

    static func isStroke(_ group: Segmentation.Group, in image: Plane, _ ink: Ink, _ components: Components) -> Bool {
        let amount = ink.amount
        let reach = max(Int(Double(group.box.longerSide) * reach), 2)
        let (left, top) = (max(group.box.x - reach, 0), max(group.box.y - reach, 0))
        let (right, bottom) = (
            min(group.box.right + reach, amount.width), min(group.box.bottom + reach, amount.height)
        )
        let (width, height) = (right - left, bottom - top)
        let labels = Set(group.labels)
        // Steps from the shape, from pixel to neighbouring pixel; -1 where it was not reached.
        var steps = [Int](repeating: -1, count: width * height)
        var front: [Int] = []
        for y in 0..<height {
            for x in 0..<width where labels.contains(components.labels[(top + y) * amount.width + left + x]) {
                steps[y * width + x] = 0
                front.append(y * width + x)
            }
        }
        var around: [Float] = []
        var border: [Float] = []
        func place(_ index: Int) -> Int { (top + index / width) * amount.width + left + index % width }
        func brightness(_ index: Int) -> Float { image.values[place(index)] }
        for step in 1...reach {
            var next: [Int] = []
            for index in front {
                let (x, y) = (index % width, index / width)
                let found = next.count
                for row in max(y - 1, 0)...min(y + 1, height - 1) {
                    for column in max(x - 1, 0)...min(x + 1, width - 1) where steps[row * width + column] < 0 {
                        steps[row * width + column] = step
                        next.append(row * width + column)
                    }
                }
                if step == 1, next.count > found { border.append(brightness(index)) }
            }
            front = next
            guard 2 * step > reach else { continue }
            around += front.filter { components.labels[place($0)] <= 0 }.map(brightness)
        }
        // A digit that fills its picture has nothing around it.
        guard !around.isEmpty, !border.isEmpty else { return true }
        let fall = border.percentile(0.5) - around.percentile(0.5)
        return (ink.isDark ? -fall : fall) > 0.5 * ink.lowLevel
    }
}
