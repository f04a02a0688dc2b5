import ConvNet

extension Report {
    /// Images of one picture; a layer may have thousands.
    private static let largestTileCount = 64

    /// The weights of the first layer that has any, as images; empty where they are not images.
    func filters() -> [Figure] {
        guard let index = model.layers.firstIndex(where: { $0 is Conv2D || $0 is Dense }) else { return [] }
        let layer = model.layers[index]
        let name = layer.name ?? ""
        guard let kernel = model.weights.first(where: { $0.name == "\(name)/kernel" })?.tensor else { return [] }
        let tiles: [(values: [Float], width: Int, note: String)]
        let what: String
        if layer is Conv2D {
            let (height, width, inputs) = (kernel.shape[0], kernel.shape[1], kernel.shape[2])
            guard height * width > 1 else { return [] }
            what = "\(height) × \(width) weights of each filter"
            tiles = (0..<kernel.shape[3]).flatMap { filter in
                (0..<inputs).map { channel in
                    let values = (0..<height * width).map { kernel[$0 / width, $0 % width, channel, filter] }
                    return (values, width, "Filter \(filter)\(inputs > 1 ? ", channel \(channel)" : "")")
                }
            }
        } else {
            // A dense layer on the image itself has one weight a pixel.
            let shape = data.imageShape
            guard shape.count == 2 || shape.count == 3 && shape[2] == 1, kernel.rank == 2,
                kernel.shape[0] == shape[0] * shape[1]
            else { return [] }
            what = "\(shape[0]) × \(shape[1]) weights of each unit"
            tiles = (0..<kernel.shape[1]).prefix(Self.largestTileCount).map { unit in
                ((0..<kernel.shape[0]).map { kernel[$0, unit] }, shape[1], "Unit \(unit)")
            }
        }
        let shown = tiles.prefix(Self.largestTileCount)
        let scale = ColorScale(.diverging, fitting: shown.flatMap(\.values))
        let grid = ImageGrid(
            title: "What the first layer looks for: \(name)",
            summary: "\(what); blue is negative, orange positive.",
            cells: shown.map { tile in
                ImageGrid.Cell(
                    image: PixelImage(values: tile.values, width: tile.width, scale: scale), note: tile.note)
            }, side: 60, scale: scale)
        let count = layer is Conv2D ? tiles.count : kernel.shape[1]
        return [
            Figure(
                name: "filters", drawing: grid.drawing(),
                caption: "The \(what)\(Self.share(shown.count, of: count)); blue is negative, orange positive.")
        ]
    }

    /// The first image, and what each layer that changes anything makes of it.
    func activations() -> [Figure] {
        guard data.count > 0 else { return [] }
        var figures: [Figure] = []
        let image = data.image(0)
        let label = classNames[result.labels[0]]
        if image.isImage {
            let grid = ImageGrid(
                title: "The image", summary: "An image of class \(label).",
                cells: [ImageGrid.Cell(image: PixelImage(image: image), captions: ["is \(label)"])], side: 112)
            figures.append(
                Figure(name: "layer-00-input", drawing: grid.drawing(), caption: "The data's first image."))
        }
        var format = DataFormat.channelsLast
        var before: [Float] = []
        for (index, (name, output)) in layerOutputs.enumerated() {
            let layer = model.layers[index]
            format = layer.declaredFormat ?? format
            // Dropout and Flatten hand on what they got.
            if output.scalars == before { continue }
            before = output.scalars
            let number = index + 1
            let shape = output.shape.dropFirst().map { "\($0)" }.joined(separator: " × ")
            let title = "\(number). \(name) (\(type(of: layer).className)), \(shape)"
            let isLast = index == layerOutputs.count - 1
            let drawing: Drawing
            var caption = ""
            if isLast, let probabilities = result.probabilities(of: 0), probabilities.count <= 24 {
                drawing = ProbabilityChart.drawing(
                    title: title, probabilities: probabilities, classNames: classNames)
                caption = "What the network says of the image."
            } else {
                (drawing, caption) = Self.activation(of: output[row: 0], format, title: title)
            }
            figures.append(
                Figure(
                    name: "layer-\(number < 10 ? "0" : "")\(number)-\(Self.fileName(name))", drawing: drawing,
                    caption: caption))
        }
        return figures
    }

    /// One layer's outputs: a small image a channel, or a block of cells for a row of numbers.
    private static func activation(
        of output: Tensor, _ format: DataFormat, title: String
    ) -> (drawing: Drawing, caption: String) {
        let scale = ColorScale(output.scalars.contains { $0 < 0 } ? .diverging : .sequential, fitting: output.scalars)
        guard output.rank == 3 else {
            // About twice as wide as high, and rows of 32 while they are few.
            let width = output.count <= 32 ? output.count : max(32, Int(Double(2 * output.count).squareRoot()))
            let longest = max(width, (output.count + width - 1) / width)
            let grid = ImageGrid(
                title: title, summary: "\(output.count) numbers, one a cell.",
                cells: [
                    ImageGrid.Cell(image: PixelImage(values: output.scalars, width: width, scale: scale))
                ], side: min(12 * Double(longest), 640), scale: scale)
            return (grid.drawing(), "One cell a unit, row by row.")
        }
        let images = format == .channelsFirst ? output : output.transposed(permutation: [2, 0, 1])
        let (channels, width) = (images.shape[0], images.shape[2])
        let grid = ImageGrid(
            title: title, summary: "One image a channel.",
            cells: (0..<min(channels, largestTileCount)).map { channel in
                ImageGrid.Cell(
                    image: PixelImage(values: images[row: channel].scalars, width: width, scale: scale),
                    note: "Channel \(channel)")
            }, side: 60, scale: scale)
        let shown = share(min(channels, largestTileCount), of: channels)
        return (grid.drawing(), "One image a channel\(shown).")
    }

    private static func share(_ shown: Int, of count: Int) -> String {
        shown == count ? "" : ", the first \(shown) of \(NumberText.grouped(count))"
    }

    /// A name that is harmless as part of a file's.
    private static func fileName(_ name: String) -> String {
        String(name.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" })
    }
}

extension Layer {
    /// The order of dimensions that the layer declares, or nil where it has none.
    fileprivate var declaredFormat: DataFormat? {
        switch self {
        case let layer as Conv2D: layer.dataFormat
        case let layer as MaxPooling2D: layer.dataFormat
        case let layer as AveragePooling2D: layer.dataFormat
        case let layer as ZeroPadding2D: layer.dataFormat
        default: nil
        }
    }
}
