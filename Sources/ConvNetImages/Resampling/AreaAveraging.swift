/// Reduces images by area averaging: each new pixel is the mean of what it covers, pixels that it covers in part counting
/// in part. Nothing aliases, and the mean of the image stays.
///
/// Works row by row, so that a large source is never held as floating-point numbers.
enum AreaAveraging {
    /// - Parameters:
    ///   - size: Width and height of the source, and of the result, which must not be larger.
    ///   - channels: Numbers a pixel.
    ///   - readRow: Writes row `y` of the source, `width * channels` numbers.
    /// - Returns: Shape (new height, new width, channels).
    static func reduce(
        width: Int, height: Int, channels: Int = 1, toWidth newWidth: Int, height newHeight: Int,
        readRow: (_ y: Int, _ row: UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [Float] {
        let across = Coverage(from: width, to: newWidth)
        let down = Coverage(from: height, to: newHeight)
        var source = [Float](repeating: 0, count: width * channels)
        var reduced = [Float](repeating: 0, count: newWidth * channels)
        var result = [Float](repeating: 0, count: newWidth * newHeight * channels)
        for y in 0..<height {
            source.withUnsafeMutableBufferPointer { readRow(y, $0) }
            for index in reduced.indices { reduced[index] = 0 }
            for x in 0..<width {
                let part = across.parts[x]
                for channel in 0..<channels {
                    let value = source[x * channels + channel]
                    reduced[part.target * channels + channel] += part.share * value
                    if part.rest > 0 { reduced[(part.target + 1) * channels + channel] += part.rest * value }
                }
            }
            let part = down.parts[y]
            let start = part.target * newWidth * channels
            for (index, value) in reduced.enumerated() { result[start + index] += part.share * value }
            if part.rest > 0 {
                let next = start + newWidth * channels
                for (index, value) in reduced.enumerated() { result[next + index] += part.rest * value }
            }
        }
        return result
    }

    /// Which new pixels each old one falls into, one or two neighbours, and with what weight.
    private struct Coverage {
        struct Part {
            let target: Int
            let share: Float
            /// The weight in the new pixel after `target`.
            let rest: Float
        }

        let parts: [Part]

        init(from count: Int, to newCount: Int) {
            precondition((1...count).contains(newCount), "\(count) pixels can't be reduced to \(newCount)")
            let scale = Double(newCount) / Double(count)
            parts = (0..<count).map { index in
                // In units of 1/count of a new pixel, so that the border is exact.
                let (start, end) = (index * newCount, (index + 1) * newCount)
                let target = start / count
                let border = (target + 1) * count
                if end <= border { return Part(target: target, share: Float(scale), rest: 0) }
                return Part(
                    target: target, share: Float(Double(border - start) / Double(count)),
                    rest: Float(Double(end - border) / Double(count)))
            }
        }
    }
}

extension Picture {
    /// The picture reduced by area averaging so that it fits; as it is where it fits already.
    ///
    /// - Parameters:
    ///   - width: Most pixels in a row.
    ///   - height: Most rows.
    public func reduced(toFitWidth width: Int, height: Int) -> Picture {
        let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
        if scale >= 1 { return self }
        let newWidth = max(Int((Double(self.width) * scale).rounded()), 1)
        let newHeight = max(Int((Double(self.height) * scale).rounded()), 1)
        let channels = colorMode.channels
        let values = pixels.withUnsafeBufferPointer { source in
            AreaAveraging.reduce(
                width: self.width, height: self.height, channels: channels, toWidth: newWidth, height: newHeight
            ) { y, row in
                let start = y * row.count
                for index in row.indices { row[index] = Float(source[start + index]) }
            }
        }
        return Picture(
            width: newWidth, height: newHeight, colorMode: colorMode,
            pixels: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
    }

    /// The picture with each pixel repeated, so that single pixels can be seen.
    ///
    /// - Parameter factor: How often, in both directions; at least 1.
    public func magnified(by factor: Int) -> Picture {
        precondition(factor >= 1, "a picture can't be magnified by \(factor)")
        let channels = colorMode.channels
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count * factor * factor)
        for y in 0..<height {
            var row: [UInt8] = []
            for x in 0..<width {
                let start = (y * width + x) * channels
                for _ in 0..<factor { row += pixels[start..<(start + channels)] }
            }
            for _ in 0..<factor { result += row }
        }
        return Picture(width: width * factor, height: height * factor, colorMode: colorMode, pixels: result)
    }

    /// Pictures of one size side by side, line after line.
    ///
    /// - Parameters:
    ///   - pictures: At least one; all of one size and colour mode.
    ///   - columns: Pictures in a line.
    ///   - gap: Pixels between two pictures.
    ///   - background: What the gaps and places without a picture hold in every channel.
    public static func grid(_ pictures: [Picture], columns: Int, gap: Int = 2, background: UInt8 = 0) -> Picture {
        precondition(!pictures.isEmpty && columns >= 1 && gap >= 0, "a grid needs pictures and columns")
        let first = pictures[0]
        let channels = first.colorMode.channels
        let across = min(columns, pictures.count)
        let down = (pictures.count + across - 1) / across
        let width = across * (first.width + gap) - gap
        let height = down * (first.height + gap) - gap
        var result = [UInt8](repeating: background, count: width * height * channels)
        for (index, picture) in pictures.enumerated() {
            precondition(
                picture.width == first.width && picture.height == first.height && picture.colorMode == first.colorMode,
                "a grid's pictures must have one size and colour mode")
            let left = index % across * (first.width + gap)
            let top = index / across * (first.height + gap)
            let length = first.width * channels
            for y in 0..<first.height {
                let target = ((top + y) * width + left) * channels
                result.replaceSubrange(
                    target..<(target + length), with: picture.pixels[(y * length)..<((y + 1) * length)])
            }
        }
        return Picture(width: width, height: height, colorMode: first.colorMode, pixels: result)
    }
}
