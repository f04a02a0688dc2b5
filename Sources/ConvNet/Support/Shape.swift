/// Element counts of shapes that may come from strangers.
enum Shape {
    /// More elements than any value or weight of a network may have: 4 billion floats, 16 GiB.
    static let largestCount = 1 << 32
    /// Longest side of a window, stride or border, in pixels.
    static let largestSide = 1 << 16
    /// Most units or filters of a layer.
    static let largestWidth = 1 << 24

    /// The product of the sizes; one above ``largestCount`` where it would be larger still, so that nothing overflows.
    static func count(_ shape: [Int]) -> Int {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || product > largestCount { return shape.contains(0) ? 0 : largestCount + 1 }
            count = product
        }
        return count
    }

    /// Whether examples of one shape are examples of the other, element by element in the same order: the same but for
    /// dimensions of 1, or as many elements where one of the two is flat.
    static func fits(_ given: [Int], _ wanted: [Int]) -> Bool {
        let (given, wanted) = (given.filter { $0 != 1 }, wanted.filter { $0 != 1 })
        return given == wanted || (given.count <= 1 || wanted.count <= 1) && count(given) == count(wanted)
    }
}
