import ConvNet

extension PixelImage {
    /// An image of a data set as it is: grey or, with three channels, coloured. Other numbers of channels show their first.
    ///
    /// - Parameter image: Shape (height, width) or (height, width, channels), 0 black to 1 full.
    init(image: Tensor) {
        let (height, width) = (image.shape[0], image.shape[1])
        let channels = image.rank > 2 ? image.shape[2] : 1
        let values = image.scalars
        self.init(width: width, height: height) { row, column in
            let start = (row * width + column) * channels
            func level(_ channel: Int) -> UInt8 { ColorMap.gray.color(Double(values[start + channel])).red }
            return channels == 3 ? RGB(level(0), level(1), level(2)) : RGB(level(0), level(0), level(0))
        }
    }

    /// Numbers in the colours of a scale.
    ///
    /// - Parameters:
    ///   - values: Row by row.
    ///   - width: Numbers a row; places that are left over in the last one are empty.
    init(values: [Float], width: Int, scale: ColorScale) {
        let ground = Ink.surface.light
        self.init(width: width, height: (values.count + width - 1) / width) { row, column in
            let index = row * width + column
            return index < values.count ? scale.color(values[index]) : ground
        }
    }
}

extension Tensor {
    /// Whether this is one image: (height, width), or (height, width, channels).
    var isImage: Bool { (rank == 2 || rank == 3) && count > 0 }
}
