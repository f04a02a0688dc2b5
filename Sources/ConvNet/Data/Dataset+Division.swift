extension Dataset {
    /// Splits off some images of each class, drawn by a seed, for the test.
    ///
    /// Both parts keep the images' order. Of `n` images of a class `round(n * fraction)` are drawn, but at least one
    /// where there are two or more, and never all.
    ///
    /// - Parameters:
    ///   - fraction: The share of each class that is split off, in 0 ..< 1.
    ///   - seed: The same seed draws the same images.
    /// - Returns: The images that stay and those that were drawn.
    public func splitByClass(fraction: Double, seed: UInt64) -> (train: Dataset, test: Dataset) {
        precondition((0..<1).contains(fraction), "a share of \(fraction) is outside 0..<1")
        var members = [[Int]](repeating: [], count: classNames.count)
        for (index, label) in labels.enumerated() { members[Int(label)].append(index) }
        var isDrawn = [Bool](repeating: false, count: count)
        for (label, images) in members.enumerated() where images.count > 1 && fraction > 0 {
            var generator = Philox(seed: seed, stream: UInt32(label))
            let share = Int((Double(images.count) * fraction).rounded())
            let drawn = min(max(share, 1), images.count - 1)
            for position in generator.permutation(of: images.count).prefix(drawn) {
                isDrawn[images[Int(position)]] = true
            }
        }
        let order = labels.indices.filter { !isDrawn[$0] } + labels.indices.filter { isDrawn[$0] }
        let reordered = selecting(order)
        let kept = isDrawn.count { !$0 }
        return (reordered[0..<kept], reordered[kept..<count])
    }
}
