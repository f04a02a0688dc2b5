/// A grey image of floating-point numbers.
struct Plane {
    let width: Int
    let height: Int
    /// Shape (height, width), row-major.
    var values: [Float]

    init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "\(values.count) values are not \(width) x \(height)")
        self.width = width
        self.height = height
        self.values = values
    }

    init(width: Int, height: Int, repeating value: Float = 0) {
        self.init(width: width, height: height, values: [Float](repeating: value, count: width * height))
    }

    /// A picture's grey, 0 to 255, reduced by area averaging until no side is longer than `side`. Alpha is not looked at.
    init(_ picture: Picture, longestSide side: Int) {
        let fitted = picture.reduced(toFitWidth: side, height: side)
        let channels = fitted.colorMode.channels
        let values = stride(from: 0, to: fitted.pixels.count, by: channels).map { start in
            if channels == 1 { return Float(fitted.pixels[start]) }
            // ITU-R BT.601, as the decoders have it.
            let (red, green, blue) = (fitted.pixels[start], fitted.pixels[start + 1], fitted.pixels[start + 2])
            return 0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)
        }
        self.init(width: fitted.width, height: fitted.height, values: values)
    }

    subscript(x: Int, y: Int) -> Float {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }

    /// The mean of each pixel and its eight neighbours; at the border, of those that there are.
    func blurred() -> Plane {
        var across = self
        var result = self
        for y in 0..<height {
            for x in 0..<width {
                let (low, high) = (max(x - 1, 0), min(x + 1, width - 1))
                var sum: Float = 0
                for column in low...high { sum += self[column, y] }
                across[x, y] = sum / Float(high - low + 1)
            }
        }
        for y in 0..<height {
            let (low, high) = (max(y - 1, 0), min(y + 1, height - 1))
            for x in 0..<width {
                var sum: Float = 0
                for row in low...high { sum += across[x, row] }
                result[x, y] = sum / Float(high - low + 1)
            }
        }
        return result
    }
}

extension Array where Element == Float {
    private static let sampleCount = 20_000

    /// The value that a share of the elements lies below; of many elements, evenly spaced ones are asked. The array must
    /// not be empty.
    func percentile(_ share: Double) -> Float {
        // An odd step, so that it does not fall in with rows of an even length.
        let step = Swift.max(count / Self.sampleCount, 1) | 1
        var sample = stride(from: 0, to: count, by: step).map { self[$0] }
        return sample.select(Swift.min(Int(Double(sample.count) * share), sample.count - 1))
    }

    /// The element that sorting would put at a place (Hoare, "Algorithm 65: find", Communications of the ACM, 1961).
    private mutating func select(_ place: Int) -> Float {
        var (low, high) = (0, count - 1)
        while low < high {
            let pivot = self[(low + high) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while self[left] < pivot { left += 1 }
                while self[right] > pivot { right -= 1 }
                guard left <= right else { break }
                swapAt(left, right)
                left += 1
                right -= 1
            }
            if place <= right {
                high = right
            } else if place >= left {
                low = left
            } else {
                break
            }
        }
        return self[place]
    }
}
