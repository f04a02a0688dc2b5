import Testing

@testable import ConvNet

@Suite struct DatasetTests {
    /// Six images of 2 x 2 pixels, the pixels counting up from 0.
    private func bytes() throws -> Dataset {
        try Dataset(
            name: "six", bytes: (0..<24).map { UInt8($0) }, imageShape: [2, 2, 1], labels: [0, 1, 2, 0, 1, 2],
            classNames: ["cat", "dog", "owl", "none"])
    }

    private func floats() throws -> Dataset {
        try Dataset(
            images: Tensor(shape: [6, 4], scalars: (0..<24).map { Float($0) * 0.5 }), labels: [0, 1, 2, 0, 1, 2])
    }

    @Test func scalesBytes() throws {
        let data = try bytes()
        #expect(data.count == 6)
        #expect(data.imageShape == [2, 2, 1])
        #expect(data.labels == [0, 1, 2, 0, 1, 2])
        #expect(data.classNames == ["cat", "dog", "owl", "none"])
        #expect(data.image(1) == Tensor(shape: [2, 2, 1], scalars: [4, 5, 6, 7].map { $0 * (1 / 255) }))
        #expect(data.images.shape == [6, 2, 2, 1])
        #expect(data.images.scalars == (0..<24).map { Float($0) * (1 / 255) })
        #expect(data.oneHotLabels == (try toCategorical([0, 1, 2, 0, 1, 2], classCount: 4)))
    }

    @Test func keepsFloatsAsTheyAre() throws {
        let data = try floats()
        #expect(data.imageShape == [4])
        #expect(data.classNames == ["0", "1", "2"])
        #expect(data.image(5).scalars == [10, 10.5, 11, 11.5])
        #expect(data.images == Tensor(shape: [6, 4], scalars: (0..<24).map { Float($0) * 0.5 }))
    }

    @Test func takesParts() throws {
        for data in [try bytes(), try floats()] {
            let middle = data[2..<5]
            #expect(middle.count == 3)
            #expect(middle.labels == [2, 0, 1])
            #expect(middle.images == data.images[2..<5])
            #expect(middle[1..<2].images == data.images[3..<4])
            #expect(middle[1..<3].image(1) == data.image(4))
            #expect(data.prefix(2).labels == [0, 1])
            #expect(data.prefix(99).count == 6)
            #expect(data.prefix(-1).count == 0)
            #expect(data[3..<3].images.shape == [0] + data.imageShape)
            #expect(middle.name == data.name)
        }
    }

    /// Keras keeps floor(n (1 - fraction)) rows.
    @Test(arguments: [(0.0, 6), (0.1, 5), (0.3, 4), (0.5, 3), (0.84, 0), (1.0, 0)])
    func splitsOffTheLastRows(fraction: Double, kept: Int) throws {
        let data = try bytes()
        let (train, validation) = data.splitLast(fraction: fraction)
        #expect(train.count == kept)
        #expect(train.images == data.images[0..<kept])
        #expect(validation.images == data.images[kept..<6])
        #expect(validation.labels == Array(data.labels[kept...]))
    }

    @Test func gathersInAnyOrder() throws {
        for data in [try bytes(), try floats()] {
            let part = data[1..<6]
            let indices: [Int32] = [4, 0, 0, 2]
            let size = part.imageSize
            var batch = [Float](repeating: .nan, count: 4 * size)
            part.gather(indices: indices, count: 4, into: &batch)
            #expect(batch == indices.flatMap { part.image(Int($0)).scalars })
        }
    }

    @Test func changesTheShapeOfImages() throws {
        let flat = try bytes().reshaped(to: [4])
        #expect(flat.imageShape == [4])
        #expect(flat.images.shape == [6, 4])
        #expect(flat.images.scalars == (try bytes()).images.scalars)
        for shape in [[3], [2, 3], [-4], [4, 0], [Int.max, 4], []] {
            let error = #expect(throws: ConvNetError.self) { try bytes().reshaped(to: shape) }
            #expect(error?.kind == .invalidData)
            #expect(error?.message.contains("[2, 2, 1]") == true)
            #expect(error?.message.contains("\(shape)") == true)
        }
    }

    @Test func refusesWhatDoesNotBelongTogether() throws {
        func message(_ make: () throws -> Dataset) throws -> String {
            let error = try #require(throws: ConvNetError.self) { try make() }
            #expect(error.kind == .invalidData)
            return error.message
        }
        let pixels = [UInt8](repeating: 0, count: 8)
        #expect(
            try message { try Dataset(bytes: pixels, imageShape: [2, 2], labels: [0]) }
                .contains("2 images, but 1 labels"))
        #expect(try message { try Dataset(bytes: pixels, imageShape: [3], labels: [0, 0]) }.contains("8 bytes"))
        #expect(try message { try Dataset(bytes: pixels, imageShape: [0, 3], labels: []) }.contains("[0, 3]"))
        #expect(
            try message { try Dataset(bytes: pixels, imageShape: [4], labels: [0, -1]) }.contains("label -1 of image 1")
        )
        #expect(
            try message { try Dataset(bytes: pixels, imageShape: [4], labels: [2, 0], classNames: ["a", "b"]) }
                .contains("label 2 of image 0"))
        #expect(
            try message { try Dataset(bytes: pixels, imageShape: [4], labels: [0, .max]) }.contains("of image 1"))
        #expect(
            try message { try Dataset(bytes: pixels, imageShape: [4], labels: [0, 2_000_000_000]) }.contains(
                "of image 1"))
        #expect(try message { try Dataset(images: Tensor(1), labels: [0]) }.contains("scalar"))
        for value in [Float.nan, .infinity, -.infinity] {
            let images = Tensor([[0, 1], [2, 3], [value, 5]])
            #expect(try message { try Dataset(images: images, labels: [0, 1, 2]) }.contains("image 2 holds"))
        }
    }

    @Test func stopsOutsideItsBounds() async {
        await #expect(processExitsWith: .failure) { _ = try Dataset(images: .zeros([2, 2]), labels: [0, 1]).image(2) }
        await #expect(processExitsWith: .failure) { _ = try Dataset(images: .zeros([2, 2]), labels: [0, 1])[1..<3] }
        await #expect(processExitsWith: .failure) {
            _ = try Dataset(images: .zeros([2, 2]), labels: [0, 1]).splitLast(fraction: .nan)
        }
        await #expect(processExitsWith: .failure) {
            var row: [Float] = [0, 0]
            try Dataset(images: .zeros([2, 2]), labels: [0, 1])[0..<1].gather(indices: [1], count: 1, into: &row)
        }
    }
}

@Suite struct ToCategoricalTests {
    @Test func makesOneHotRows() throws {
        #expect(try toCategorical([1, 0, 2]) == Tensor([[0, 1, 0], [1, 0, 0], [0, 0, 1]]))
        #expect(try toCategorical([1], classCount: 4) == Tensor([[0, 1, 0, 0]]))
        #expect(try toCategorical([], classCount: 3).shape == [0, 3])
        #expect(try toCategorical([]).shape == [0, 0])
    }

    @Test func refusesLabelsWithoutAClass() {
        for (labels, count) in [([0, 3], 3), ([-1], nil), ([2, -5, 1], nil), ([.max], 10), ([.max], nil)]
            as [([Int], Int?)]
        {
            let error = #expect(throws: ConvNetError.self) { try toCategorical(labels, classCount: count) }
            #expect(error?.kind == .invalidData)
        }
    }
}

/// Choosing, dividing and renumbering images.
@Suite struct DatasetDivisionTests {
    private func data(_ labels: [Int], classNames: [String]? = nil) throws -> Dataset {
        try Dataset(
            name: "numbers", bytes: labels.indices.map { UInt8($0) }, imageShape: [1, 1, 1], scale: 1, labels: labels,
            classNames: classNames)
    }

    @Test func selectsImagesInTheOrderAskedFor() throws {
        let selected = try data([0, 1, 2, 0])[1..<4].selecting([2, 0, 0])
        #expect(selected.images.scalars == [3, 1, 1])
        #expect(selected.labels == [0, 1, 1])
        #expect(selected.name == "numbers")
        let floats = try Dataset(images: Tensor([[1], [2], [3]]), labels: [0, 1, 2])[1..<3].selecting([1])
        #expect(floats.images.scalars == [3])
    }

    @Test func splitsAShareOfEachClassByTheSeedAndKeepsTheOrder() throws {
        let labels = (0..<200).map { $0 < 150 ? 0 : $0 < 190 ? 1 : $0 < 199 ? 2 : 3 }
        let whole = try data(labels)
        let (train, test) = whole.splitByClass(fraction: 0.1, seed: 3)
        #expect(test.labels == [Int32](repeating: 0, count: 15) + [1, 1, 1, 1, 2])
        #expect(train.labels.last == 3)
        let (kept, drawn) = (train.images.scalars, test.images.scalars)
        #expect(kept == kept.sorted() && drawn == drawn.sorted())
        #expect((kept + drawn).sorted() == (0..<200).map { Float($0) })
        #expect(whole.splitByClass(fraction: 0.1, seed: 3).test.images.scalars == drawn)
        #expect(whole.splitByClass(fraction: 0.1, seed: 4).test.images.scalars != drawn)
        #expect(whole.splitByClass(fraction: 0, seed: 3).test.count == 0)
        #expect(whole.splitByClass(fraction: 0.99, seed: 3).train.classNames.count == 4)
        #expect(Set(whole.splitByClass(fraction: 0.99, seed: 3).train.labels) == [0, 1, 2, 3])
    }

    @Test func numbersClassesAsAnotherListDoes() throws {
        let animals = try data([0, 1, 1, 0], classNames: ["cat", "dog", "newt"])
        let numbered = try animals.numbered(by: ["ape", "dog", "cat"])
        #expect(numbered.labels == [2, 1, 1, 2])
        #expect(numbered.classNames == ["ape", "dog", "cat"])
        let error = try #require(throws: ConvNetError.self) { try animals.numbered(by: ["cat", "ape"]) }
        #expect(error.kind == .invalidData)
        #expect(error.message.contains("the class dog, but the classes are cat, ape"))
    }
}
