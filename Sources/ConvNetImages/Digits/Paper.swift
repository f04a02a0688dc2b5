/// The brightness that the paper, or the board, has at each place: what would be seen if nothing were written on it.
///
/// First a surface of second degree through the brightness of cells, fitted so that outliers (the ink) lose their weight;
/// it tells ink from paper. Then, cell by cell, the median of what is not ink, and under the ink what its surroundings
/// have. So a lamp's gradient, a vignette and soft shadows go away, whatever their form.
struct Paper {
    /// The brightness of each cell, and how many pixels a cell's side has.
    private let cells: Plane
    private let cellSide: Int

    /// Cells along the longer side of the picture.
    private static let cellCount = 64
    /// A median of fewer pixels would follow the paper's grain.
    private static let leastCellSide = 6

    /// The surface alone.
    init(surfaceOf image: Plane) {
        cellSide = (max(image.width, image.height) + Self.cellCount - 1) / Self.cellCount
        let medians = Self.cellMedians(image, side: cellSide) { _ in true }
        cells = Self.surface(through: medians)
    }

    /// The paper around ink that is known.
    init(of image: Plane, without ink: [Bool]) {
        let side = max((max(image.width, image.height) + Self.cellCount - 1) / Self.cellCount, Self.leastCellSide)
        cellSide = side
        cells = Self.filled(Self.cellMedians(image, side: side) { !ink[$0] })
    }

    /// The brightness at every pixel, by bilinear interpolation between the cells' centres.
    func plane(width: Int, height: Int) -> Plane {
        var result = Plane(width: width, height: height)
        let columns = (0..<width).map { Self.position($0, side: cellSide, count: cells.width) }
        for y in 0..<height {
            let (row, down) = Self.position(y, side: cellSide, count: cells.height)
            let below = min(row + 1, cells.height - 1)
            for x in 0..<width {
                let (column, across) = columns[x]
                let right = min(column + 1, cells.width - 1)
                let upper = cells[column, row] + across * (cells[right, row] - cells[column, row])
                let lower = cells[column, below] + across * (cells[right, below] - cells[column, below])
                result[x, y] = upper + down * (lower - upper)
            }
        }
        return result
    }

    private static func position(_ pixel: Int, side: Int, count: Int) -> (cell: Int, fraction: Float) {
        let place = min(max((Float(pixel) + 0.5) / Float(side) - 0.5, 0), Float(count - 1))
        let cell = min(Int(place), count - 1)
        return (cell, place - Float(cell))
    }

    /// The median of the chosen pixels in each cell; NaN where they are fewer than a quarter of the cell.
    private static func cellMedians(_ image: Plane, side: Int, where isChosen: (_ index: Int) -> Bool) -> Plane {
        let (columns, rows) = ((image.width + side - 1) / side, (image.height + side - 1) / side)
        var result = Plane(width: columns, height: rows)
        var values: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                values.removeAll(keepingCapacity: true)
                var count = 0
                for y in (row * side)..<min((row + 1) * side, image.height) {
                    for x in (column * side)..<min((column + 1) * side, image.width) {
                        count += 1
                        if isChosen(y * image.width + x) { values.append(image[x, y]) }
                    }
                }
                result[column, row] = values.count * 4 >= count && !values.isEmpty ? values.percentile(0.5) : .nan
            }
        }
        return result
    }

    /// A surface of second degree by iteratively reweighted least squares, with Geman and McClure's weights. The border,
    /// where there is seldom ink, counts more.
    private static func surface(through cells: Plane) -> Plane {
        let terms = (0..<cells.values.count).flatMap { cell -> [Double] in
            let x = (Double(cell % cells.width) + 0.5) / Double(cells.width) * 2 - 1
            let y = (Double(cell / cells.width) + 0.5) / Double(cells.height) * 2 - 1
            return [1, x, y, x * x, x * y, y * y]
        }
        var border: [Float] = []
        for row in 0..<cells.height {
            for column in 0..<cells.width where isBorder(column, row, of: cells) { border.append(cells[column, row]) }
        }
        var result = Plane(width: cells.width, height: cells.height, repeating: border.percentile(0.5))
        for _ in 0..<12 {
            let residuals = zip(cells.values, result.values).map { abs($0 - $1) }
            let scale = max(3 * residuals.percentile(0.4), 6)
            var matrix = [Double](repeating: 0, count: 36)
            var side = [Double](repeating: 0, count: 6)
            for row in 0..<cells.height {
                for column in 0..<cells.width {
                    let ratio = Double((cells[column, row] - result[column, row]) / scale)
                    let weight =
                        (isBorder(column, row, of: cells) ? 4 : 1) / ((1 + ratio * ratio) * (1 + ratio * ratio))
                    let start = 6 * (row * cells.width + column)
                    for i in 0..<6 {
                        let weighted = weight * terms[start + i]
                        side[i] += weighted * Double(cells[column, row])
                        for j in 0..<6 { matrix[i * 6 + j] += weighted * terms[start + j] }
                    }
                }
            }
            let solution = solve(matrix, side)
            for cell in result.values.indices {
                var value = 0.0
                for (term, factor) in solution.enumerated() { value += factor * terms[6 * cell + term] }
                result.values[cell] = Float(min(max(value, 0), 255))
            }
        }
        return result
    }

    private static func isBorder(_ column: Int, _ row: Int, of cells: Plane) -> Bool {
        let margin = max(min(cells.width, cells.height) / 16, 1)
        return column < margin || row < margin || column >= cells.width - margin || row >= cells.height - margin
    }

    /// Six equations by Cholesky's decomposition, slightly regularised so that any picture has an answer.
    private static func solve(_ matrix: [Double], _ side: [Double]) -> [Double] {
        let count = side.count
        var lower = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            for j in 0...i {
                var sum = matrix[i * count + j] + (i == j ? 1e-6 : 0)
                for k in 0..<j { sum -= lower[i * count + k] * lower[j * count + k] }
                lower[i * count + j] = i == j ? max(sum, 1e-12).squareRoot() : sum / lower[j * count + j]
            }
        }
        var result = side
        for i in 0..<count {
            for k in 0..<i { result[i] -= lower[i * count + k] * result[k] }
            result[i] /= lower[i * count + i]
        }
        for i in (0..<count).reversed() {
            for k in (i + 1)..<max(count, i + 1) { result[i] -= lower[k * count + i] * result[k] }
            result[i] /= lower[i * count + i]
        }
        return result
    }

    /// Cells without a value take the mean of the neighbours that have one, from the edges of each hole inwards.
    ///
    /// On coarser and coarser cells, as in the pull and push of Gortler and others, "The lumigraph", SIGGRAPH 1996.
    private static func filled(_ cells: Plane) -> Plane {
        guard cells.values.contains(where: \.isNaN) else { return cells }
        guard cells.width > 1 || cells.height > 1 else { return Plane(width: 1, height: 1) }
        let known = cells.values.filter { !$0.isNaN }
        guard !known.isEmpty else { return Plane(width: cells.width, height: cells.height) }
        var coarse = Plane(width: (cells.width + 1) / 2, height: (cells.height + 1) / 2)
        for row in 0..<coarse.height {
            for column in 0..<coarse.width {
                var (sum, count): (Float, Float) = (0, 0)
                for y in (2 * row)..<min(2 * row + 2, cells.height) {
                    for x in (2 * column)..<min(2 * column + 2, cells.width) where !cells[x, y].isNaN {
                        sum += cells[x, y]
                        count += 1
                    }
                }
                coarse[column, row] = count > 0 ? sum / count : .nan
            }
        }
        coarse = filled(coarse)
        var result = cells
        for y in 0..<cells.height {
            let (row, down) = position(y, side: 2, count: coarse.height)
            for x in 0..<cells.width where cells[x, y].isNaN {
                let (column, across) = position(x, side: 2, count: coarse.width)
                let (right, below) = (min(column + 1, coarse.width - 1), min(row + 1, coarse.height - 1))
                let upper = coarse[column, row] + across * (coarse[right, row] - coarse[column, row])
                let lower = coarse[column, below] + across * (coarse[right, below] - coarse[column, below])
                result[x, y] = upper + down * (lower - upper)
            }
        }
        return result
    }
}
