import ConvNet

extension Report {
    private static let largestMistakeCount = 24

    /// The confusion matrix in counts and in shares; empty where there are too many classes to see.
    func confusions() -> [Figure] {
        guard classNames.count <= ConfusionChart.largestClassCount else { return [] }
        return [(false, "confusion"), (true, "confusion-normalized")].map { isNormalized, name in
            Figure(
                name: name,
                drawing: ConfusionChart.drawing(
                    result.confusion, classNames: classNames, isNormalized: isNormalized),
                caption: isNormalized
                    ? "Each row adds up to 100 %; the diagonal is the recall."
                    : "Blue is right, orange is mistaken; the strongest orange is the most frequent mistake.")
        }
    }

    func scores() -> [Figure] {
        guard classNames.count <= ConfusionChart.largestClassCount else { return [] }
        return [
            Figure(
                name: "scores", drawing: ScoreChart.drawing(result.confusion.scores, classNames: classNames),
                caption: "The axis does not begin at 0 where all classes do well.")
        ]
    }

    func calibration() -> [Figure] {
        guard let calibration = result.calibration else { return [] }
        return [
            Figure(
                name: "calibration", drawing: CalibrationChart.drawing(calibration),
                caption:
                    "Points below the dashed line are predictions that are more often wrong than the network says. "
                    + "The expected calibration error is the mean distance from that line over all images.")
        ]
    }

    /// The images that were misread most surely.
    func mistakes() -> [Figure] {
        let images = result.mistakes.prefix(Self.largestMistakeCount).compactMap { index -> ImageGrid.Cell? in
            let image = data.image(index)
            guard image.isImage else { return nil }
            let (said, label) = (classNames[result.predictions[index]], classNames[result.labels[index]])
            let sureness = result.confidence(of: index).map { ", \(NumberText.fixed(100 * $0, digits: 1)) %" } ?? ""
            return ImageGrid.Cell(
                image: PixelImage(image: image), captions: ["said \(said)\(sureness)", "is \(label)"],
                note: "Image \(index): said \(said)\(sureness), is \(label)")
        }
        guard !images.isEmpty else { return [] }
        let grid = ImageGrid(
            title: "The surest mistakes",
            summary: "\(images.count) of \(result.mistakes.count) images that were misread, the surest first.",
            cells: images, side: 84)
        return [
            Figure(
                name: "mistakes", drawing: grid.drawing(),
                caption: "\(NumberText.grouped(images.count)) of \(NumberText.grouped(result.mistakes.count)) mistakes."
            )
        ]
    }
}
