/// Lines printed on the paper: straight, thin, nearly level or upright, and from edge to edge.
///
/// Each is followed from column to column and taken out where nothing but the line is there; where a stroke crosses it,
/// what is thicker than the line stays. The idea is that of removing staff lines from music.
enum RuledLines {
    /// A line is at most this share of the picture's shorter side thick, and covers this share of its length.
    private static let largestThickness = 1.0 / 40
    private static let leastCover = 0.8
    /// Lines rise or fall by up to this much per pixel.
    private static let largestSlope = 0.12

    /// Takes the lines out of a mask of shape (height, width).
    static func removed(from mask: [Bool], width: Int, height: Int) -> [Bool] {
        // In small pictures a stroke is as thin as a line.
        guard min(width, height) >= 60 else { return mask }
        let thickness = max(Int(Double(min(width, height)) * largestThickness), 2)
        let level = removedAlongRows(mask, width: width, height: height, thickness: thickness)
        let turned = transposed(level, width: width, height: height)
        let upright = removedAlongRows(turned, width: height, height: width, thickness: thickness)
        return transposed(upright, width: height, height: width)
    }

    private static func removedAlongRows(_ mask: [Bool], width: Int, height: Int, thickness: Int) -> [Bool] {
        var result = mask
        // Each run of ink down a column that is as thin as a line votes with its middle for the lines through it.
        var runs: [(x: Int, top: Int, bottom: Int)] = []
        for x in 0..<width {
            var y = 0
            while y < height {
                guard mask[y * width + x] else {
                    y += 1
                    continue
                }
                let top = y
                while y < height, mask[y * width + x] { y += 1 }
                if y - top <= thickness { runs.append((x, top, y)) }
            }
        }
        guard runs.count >= Int(Double(width) * leastCover * 0.7) else { return mask }
        let steps = 24
        for step in -steps...steps {
            let slope = largestSlope * Double(step) / Double(steps)
            let offset = Int(largestSlope * Double(width)) + 1
            var votes = [Int](repeating: 0, count: height + 2 * offset)
            func row(_ run: (x: Int, top: Int, bottom: Int)) -> Int {
                Int((Double(run.top + run.bottom - 1) / 2 - slope * Double(run.x - width / 2)).rounded()) + offset
            }
            for run in runs { votes[row(run)] += 1 }
            let reach = max(thickness / 2, 1)
            for center in votes.indices where votes[center] > 0 {
                let rows = max(center - reach, 0)...min(center + reach, votes.count - 1)
                let cover = rows.reduce(0) { $0 + votes[$1] }
                guard Double(cover) >= leastCover * Double(width), votes[center] == rows.map({ votes[$0] }).max() else {
                    continue
                }
                for run in runs where rows.contains(row(run)) {
                    for y in run.top..<run.bottom { result[y * width + run.x] = false }
                }
            }
        }
        return result
    }

    private static func transposed(_ mask: [Bool], width: Int, height: Int) -> [Bool] {
        var result = mask
        for y in 0..<height {
            for x in 0..<width { result[x * height + y] = mask[y * width + x] }
        }
        return result
    }
}
