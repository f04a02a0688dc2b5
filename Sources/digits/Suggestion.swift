/// Finds what somebody may have meant.
enum Suggestion {
    /// The candidate that fewest changes of a character turn the text into; nil where none is near.
    static func nearest(to text: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (name: $0, distance: distance(Array(text), Array($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, best.name.count / 3) ? best.name : nil
    }

    /// Levenshtein's distance: insertions, deletions and replacements, each counting 1.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
