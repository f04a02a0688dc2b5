/// Images with class labels.
///
/// Images are kept as they came, bytes or floats, and turned into scaled floats when they are used. Parts of a data set
/// share its storage.
///
/// ```swift
/// let (train, test) = try MNIST.load()
/// let (fitted, validation) = train.splitLast(fraction: 0.3)
/// train.image(0).shape        // [28, 28, 1]
/// train.classNames[Int(train.labels[0])]
/// ```
public struct Dataset: Sendable {
    /// The images of this data set and of those it is part of.
    enum Storage: Sendable {
        case bytes([UInt8], scale: Float)
        case floats([Float])
    }

    /// What the data set is called in reports, for example `mnist`.
    public var name: String
    /// The shape of one image, for example `[28, 28, 1]`: height, width, channels.
    public let imageShape: [Int]
    /// One class number an image, each in `0 ..< classNames.count`.
    public let labels: [Int32]
    /// What each class is called.
    public let classNames: [String]

    private let storage: Storage
    private let firstImage: Int

    /// The number of images.
    public var count: Int { labels.count }

    /// The number of elements of one image.
    var imageSize: Int { imageShape.reduce(1, *) }

    /// A data set from a tensor.
    ///
    /// - Parameters:
    ///   - name: What it is called in reports.
    ///   - images: Shape `[count, …]`, used as it is: no scaling.
    ///   - labels: One class number an image, from 0.
    ///   - classNames: What each class is called; `"0"`, `"1"`, … up to the largest label where it is not given.
    /// - Throws: ``ConvNetError`` of kind `invalidData` where the counts differ, a label has no class, or an element is
    ///   not finite.
    public init(name: String = "", images: Tensor, labels: [Int], classNames: [String]? = nil) throws {
        guard let count = images.shape.first else {
            throw ConvNetError(.invalidData, "the images are one scalar; give a tensor of shape [count, …]")
        }
        if let wrong = images.scalars.firstIndex(where: { !$0.isFinite }) {
            let image = wrong / max(1, images.count / max(1, count))
            throw ConvNetError(
                .invalidData,
                "image \(image) holds \(images.scalars[wrong]); remove or repair it, since one "
                    + "such value spoils every parameter")
        }
        try self.init(
            name: name, storage: .floats(images.scalars), imageShape: Array(images.shape.dropFirst()), count: count,
            labels: labels, classNames: classNames)
    }

    /// A data set from bytes, as image files hold them.
    ///
    /// - Parameters:
    ///   - name: What it is called in reports.
    ///   - bytes: All images, one after the other, row-major.
    ///   - imageShape: The shape of one image; no length is 0.
    ///   - scale: What each byte is multiplied by; the default maps 0…255 to 0…1.
    ///   - labels: One class number an image, from 0.
    ///   - classNames: What each class is called; `"0"`, `"1"`, … up to the largest label where it is not given.
    /// - Throws: ``ConvNetError`` of kind `invalidData` where the bytes are not a whole number of images, the counts
    ///   differ, or a label has no class.
    public init(
        name: String = "", bytes: [UInt8], imageShape: [Int], scale: Float = 1 / 255, labels: [Int],
        classNames: [String]? = nil
    ) throws {
        let size = Tensor.elementCount(of: imageShape)
        guard size > 0, bytes.count.isMultiple(of: size) else {
            throw ConvNetError(
                .invalidData,
                "\(bytes.count) bytes are not a whole number of images of shape \(imageShape); "
                    + "give height x width x channels bytes an image")
        }
        try self.init(
            name: name, storage: .bytes(bytes, scale: scale), imageShape: imageShape, count: bytes.count / size,
            labels: labels, classNames: classNames)
    }

    private init(
        name: String, storage: Storage, imageShape: [Int], count: Int, labels: [Int], classNames: [String]?
    ) throws {
        guard count == labels.count else {
            throw ConvNetError(
                .invalidData, "there are \(count) images, but \(labels.count) labels; give one label an image")
        }
        guard count <= Int(Int32.max) else {
            throw ConvNetError(.invalidData, "\(count) images are too many; use at most \(Int32.max)")
        }
        let classCount = classNames?.count ?? maximumClassCount
        if let wrong = labels.firstIndex(where: { !(0..<classCount).contains($0) }) {
            throw ConvNetError(
                .invalidData,
                "label \(labels[wrong]) of image \(wrong) is outside 0..<\(classCount); number the "
                    + "classes from 0 and name every one")
        }
        self.init(
            name: name, storage: storage, firstImage: 0, imageShape: imageShape, labels: labels.map { Int32($0) },
            classNames: classNames ?? (0..<(labels.max() ?? -1) + 1).map { "\($0)" })
    }

    private init(
        name: String, storage: Storage, firstImage: Int, imageShape: [Int], labels: [Int32], classNames: [String]
    ) {
        self.name = name
        self.storage = storage
        self.firstImage = firstImage
        self.imageShape = imageShape
        self.labels = labels
        self.classNames = classNames
    }
}

extension Dataset {
    /// All images as scaled floats: shape `[count] + imageShape`. Made at each call.
    public var images: Tensor {
        images(at: Array(0..<Int32(count)))
    }

    /// One image as scaled floats: shape ``imageShape``.
    ///
    /// - Parameter index: The image's number, in `0 ..< count`.
    public func image(_ index: Int) -> Tensor {
        precondition((0..<count).contains(index), "image \(index) is outside a data set of \(count) images")
        return images(at: [Int32(index)]).reshaped(to: imageShape)
    }

    /// The labels as one-hot rows: shape `[count, classNames.count]`.
    public var oneHotLabels: Tensor {
        oneHot(labels, columns: classNames.count)
    }

    /// Some of the images, in order, with their labels. Shares the storage.
    ///
    /// - Parameter range: Image numbers, within `0 ..< count`.
    public subscript(range: Range<Int>) -> Dataset {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "images \(range) are outside a data set of \(count) images")
        return Dataset(
            name: name, storage: storage, firstImage: firstImage + range.lowerBound, imageShape: imageShape,
            labels: Array(labels[range]), classNames: classNames)
    }

    /// The first images, at most `maximum` of them.
    public func prefix(_ maximum: Int) -> Dataset {
        self[0..<min(max(0, maximum), count)]
    }

    /// Splits off the last images for validation, as Keras's `validation_split` does.
    ///
    /// - Parameter fraction: The share of the last images, in 0 ... 1; `floor(count * (1 - fraction))` images stay.
    /// - Returns: Both parts; either may be empty.
    public func splitLast(fraction: Double) -> (train: Dataset, validation: Dataset) {
        precondition((0...1).contains(fraction), "a validation share of \(fraction) is outside 0...1")
        let kept = Int((Double(count) * (1 - fraction)).rounded(.down))
        return (self[0..<kept], self[kept..<count])
    }

    /// The same images seen in another shape, for example `[784]` for a network of dense layers.
    ///
    /// - Parameter newShape: A shape with as many elements as ``imageShape``.
    /// - Throws: ``ConvNetError`` of kind `invalidData` naming both shapes where they do not fit.
    public func reshaped(to newShape: [Int]) throws -> Dataset {
        guard newShape.allSatisfy({ $0 >= 0 }), Self.product(newShape) == imageSize else {
            throw ConvNetError(
                .invalidData,
                "images of shape \(imageShape) cannot be seen as \(newShape); give a shape of "
                    + "\(imageSize) elements")
        }
        return Dataset(
            name: name, storage: storage, firstImage: firstImage, imageShape: newShape, labels: labels,
            classNames: classNames)
    }

    /// The images of these numbers, in this order, with their labels. Copies them.
    ///
    /// - Parameter indices: Image numbers, each in `0 ..< count`; they may occur several times.
    public func selecting(_ indices: [Int]) -> Dataset {
        for index in indices {
            precondition((0..<count).contains(index), "image \(index) is outside a data set of \(count) images")
        }
        func rows<Element>(of elements: [Element]) -> [Element] {
            var rows: [Element] = []
            rows.reserveCapacity(indices.count * imageSize)
            for index in indices {
                let start = (firstImage + index) * imageSize
                rows += elements[start..<start + imageSize]
            }
            return rows
        }
        let selected: Storage =
            switch storage {
            case .bytes(let bytes, let scale): .bytes(rows(of: bytes), scale: scale)
            case .floats(let floats): .floats(rows(of: floats))
            }
        return Dataset(
            name: name, storage: selected, firstImage: 0, imageShape: imageShape, labels: indices.map { labels[$0] },
            classNames: classNames)
    }

    /// The same images with the classes numbered as another list of names has them.
    ///
    /// - Parameter names: What each class is called; every class that an image is of has to be among them.
    /// - Throws: ``ConvNetError`` of kind `invalidData` naming a class that is not.
    public func numbered(by names: [String]) throws -> Dataset {
        if names == classNames { return self }
        let numbers = classNames.map { name in names.firstIndex(of: name) }
        let labels = try labels.map { label in
            guard let number = numbers[Int(label)] else {
                throw ConvNetError(
                    .invalidData,
                    "the data set has images of the class \(classNames[Int(label)]), but the classes are "
                        + "\(names.joined(separator: ", ")); leave those images out or name the data set that has these classes"
                )
            }
            return Int32(number)
        }
        return Dataset(
            name: name, storage: storage, firstImage: firstImage, imageShape: imageShape, labels: labels,
            classNames: names)
    }

    /// Writes some images, scaled, one after the other.
    ///
    /// - Parameters:
    ///   - indices: `count` image numbers, each in `0 ..< self.count`.
    ///   - count: How many.
    ///   - output: Room for `count` images.
    func gather(indices: UnsafePointer<Int32>, count: Int, into output: UnsafeMutablePointer<Float>) {
        for position in 0..<count {
            precondition(
                indices[position] >= 0 && indices[position] < Int32(self.count),
                "image \(indices[position]) is outside a data set of \(self.count) images")
        }
        switch storage {
        case .bytes(let bytes, let scale):
            Kernels.gatherRows(
                count: count, indices: indices, from: bytes, scale: scale, firstRow: firstImage, rowSize: imageSize,
                into: output)
        case .floats(let floats):
            Kernels.gatherRows(
                count: count, indices: indices, from: floats, firstRow: firstImage, rowSize: imageSize, into: output)
        }
    }

    /// Lends out the elements as they are stored, the first image's first.
    func withElements(_ body: (Kernels.ImageElements) -> Void) {
        switch storage {
        case .bytes(let bytes, let scale):
            bytes.withUnsafeBufferPointer { bytes in
                if let base = bytes.baseAddress { body(.bytes(base + firstImage * imageSize, scale: scale)) }
            }
        case .floats(let floats):
            floats.withUnsafeBufferPointer { floats in
                if let base = floats.baseAddress { body(.floats(base + firstImage * imageSize)) }
            }
        }
    }

    private func images(at indices: [Int32]) -> Tensor {
        let scalars = Kernels.array(count: indices.count * imageSize) {
            gather(indices: indices, count: indices.count, into: $0)
        }
        return Tensor(shape: [indices.count] + imageShape, scalars: scalars)
    }

    /// The product of lengths, or nil where it overflows.
    private static func product(_ lengths: [Int]) -> Int? {
        lengths.reduce(1) { partial, length in
            guard let (product, overflow) = partial?.multipliedReportingOverflow(by: length) else { return nil }
            return overflow ? nil : product
        }
    }

    /// A number that follows from images, labels and shape: two data sets that differ have the same by accident only.
    ///
    /// FNV-1a (Fowler, Noll and Vo) over words of 64 bits.
    package var fingerprint: UInt64 {
        var hash = FNV()
        for length in imageShape { hash.add(UInt64(truncatingIfNeeded: length)) }
        labels.withUnsafeBytes { hash.add($0) }
        let elements = firstImage * imageSize..<(firstImage + count) * imageSize
        switch storage {
        case .bytes(let bytes, let scale):
            hash.add(UInt64(scale.bitPattern))
            bytes.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[elements])) }
        case .floats(let floats):
            floats.withUnsafeBytes {
                let size = MemoryLayout<Float>.size
                let bytes = elements.lowerBound * size..<elements.upperBound * size
                hash.add(UnsafeRawBufferPointer(rebasing: $0[bytes]))
            }
        }
        return hash.value
    }
}

private struct FNV {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01b3
        // The multiplication alone would carry differences only upwards.
        value ^= value >> 32
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let size = MemoryLayout<UInt64>.size
        let whole = bytes.count / size * size
        for offset in stride(from: 0, to: whole, by: size) {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        for byte in bytes[whole...] { add(UInt64(byte)) }
        add(UInt64(bytes.count))
    }
}
