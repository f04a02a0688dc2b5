import ConvNet

extension Drawing {
    /// Images of a data set in rows, each with what its class is called.
    ///
    /// ```swift
    /// try Drawing.samples(of: train.prefix(50)).write(to: "samples.png")
    /// ```
    ///
    /// - Parameters:
    ///   - data: Images of shape (height, width) or (height, width, channels); all of them are shown.
    ///   - isLabelled: Whether the data have labels; nothing stands below the images of data that have none.
    ///   - predictions: What a network took each image for, in the data's order; told where it is not the class.
    ///   - side: The longer side of an image, in CSS pixels; small images are enlarged by a whole number.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where there are no images, or the counts differ.
    public static func samples(
        of data: Dataset, isLabelled: Bool = true, predictions: [Int]? = nil, side: Double = 56
    ) throws -> Drawing {
        guard data.count > 0, data.image(0).isImage else {
            throw ConvNetError(
                .invalidArgument,
                "\(data.count) images of shape \(data.imageShape) can't be shown; "
                    + "give at least one image of height, width and channels")
        }
        guard predictions.map({ $0.count == data.count }) ?? true else {
            throw ConvNetError(
                .invalidArgument,
                "there are \(data.count) images, but \(predictions?.count ?? 0) predictions; give one each")
        }
        func name(_ index: Int) -> String {
            data.classNames.indices.contains(index) ? data.classNames[index] : "\(index)"
        }
        let cells = (0..<data.count).map { index in
            let label = isLabelled ? name(Int(data.labels[index])) : nil
            let said = predictions.map { name($0[index]) }
            let mistake = said == label ? nil : said.map { "said \($0)" }
            return ImageGrid.Cell(
                image: PixelImage(image: data.image(index)), captions: [label, mistake].compactMap(\.self))
        }
        let title = data.name.isEmpty ? "Samples" : "Samples of \(data.name)"
        return ImageGrid(title: title, summary: "\(data.count) images.", cells: cells, side: side).drawing()
    }
}
