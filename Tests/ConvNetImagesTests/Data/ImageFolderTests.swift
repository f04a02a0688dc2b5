import ConvNet
import Foundation
import Testing

@testable import ConvNetImages

@Suite struct ImageFolderTests {
    /// Writes grey pictures by their paths, and reads the folder.
    private func load(_ pictures: [String: Picture]) throws -> ImageFolder.Content {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FolderWriter.write(to: folder) { writer in
            for (name, picture) in pictures { try writer.write(try picture.pngBytes(), to: name) }
        }
        return try ImageFolder.load(folder, name: "pictures")
    }

    private func picture(_ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> Int) -> Picture {
        let pixels = (0..<height).flatMap { y in (0..<width).map { x in UInt8(value(x, y)) } }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test func namesClassesByTheirFoldersInOrder() throws {
        let pixels = picture(28, 28) { x, y in (x * 7 + y) % 256 }
        guard
            case .whole(let data) = try load([
                "pear/2.png": pixels, "apple/b.png": picture(28, 28) { _, _ in 9 }, "apple/a.png": pixels,
                "a%2Fb/x.png": pixels,
            ])
        else { throw TestFailure() }
        #expect(data.classNames == ["a/b", "apple", "pear"])
        #expect(data.labels == [0, 1, 1, 2])
        #expect(data.imageShape == [28, 28, 1])
        #expect(data.images.scalars[..<784].map { UInt8(($0 * 255).rounded()) } == pixels.pixels)
        #expect(data.image(2)[0, 0, 0] == 9 * Float(1.0 / 255))
    }

    @Test func takesTheDivisionOfTheFoldersAndAllTheirClasses() throws {
        let pixels = picture(28, 28) { _, _ in 1 }
        guard case .divided(let train, let test) = try load(["train/b/1.png": pixels, "test/a/1.png": pixels]) else {
            throw TestFailure()
        }
        #expect(train.classNames == ["a", "b"] && test.classNames == ["a", "b"])
        #expect(train.labels == [1] && test.labels == [0])
    }

    @Test func fitsPicturesOfOtherSizesIntoTheSquare() throws {
        guard
            case .whole(let data) = try load([
                // Four times as large as the square: each pixel is the mean of 16.
                "cat/1.png": picture(112, 112) { x, y in x / 4 == 3 && y / 4 == 5 ? 160 : 32 },
                // Half as high: in the middle, the border's mean above and below.
                "cat/2.png": picture(56, 28) { _, y in y < 14 ? 100 : 200 },
                "cat/3.png": picture(2, 2) { x, _ in x == 0 ? 0 : 255 },
            ])
        else { throw TestFailure() }
        func pixel(_ image: Int, _ y: Int, _ x: Int) -> Int { Int((data.image(image)[y, x, 0] * 255).rounded()) }
        #expect(pixel(0, 5, 3) == 160 && pixel(0, 5, 4) == 32 && pixel(0, 4, 3) == 32)
        #expect(pixel(1, 0, 0) == 150 && pixel(1, 7, 0) == 100 && pixel(1, 20, 27) == 200 && pixel(1, 21, 27) == 150)
        #expect(pixel(2, 13, 13) == 0 && pixel(2, 14, 14) == 255 && pixel(2, 12, 12) == 128)
    }

    /// Where classes are characters, pictures become what `DigitFinder` makes of them; 28 x 28 stay.
    @Test func findsTheWritingWhereClassesAreCharacters() throws {
        // A bar of dark ink on light paper, whole and broken in two, and of light ink on dark paper.
        func bar(_ ink: Int, _ paper: Int, gap: Range<Int> = 0..<0) -> Picture {
            picture(90, 120) { x, y in (50..<60).contains(x) && (20..<100).contains(y) && !gap.contains(y) ? ink : paper
            }
        }
        let plain = picture(28, 28) { x, y in x == 3 && y > 3 ? 0 : 255 }
        let pictures = [
            "1/a.png": bar(20, 220), "1/b.png": bar(20, 220, gap: 58..<64), "1/c.png": bar(230, 30), "1/d.png": plain,
        ]
        guard case .whole(let data) = try load(pictures) else { throw TestFailure() }
        func bytes(_ image: Int) -> [UInt8] { data.image(image).scalars.map { UInt8(($0 * 255).rounded()) } }
        let found = DigitFinder().digits(in: bar(20, 220))
        #expect(found.count == 1 && bytes(0) == found[0].image.pixels)
        #expect(bytes(1).reduce(0) { $0 + Int($1) } > bytes(0).reduce(0) { $0 + Int($1) } * 8 / 10)
        #expect(largestDifference(bytes(2), bytes(0)) <= 8)
        #expect(bytes(3) == plain.pixels)

        let error = try #require(throws: ConvNetError.self) {
            try load(["1/a.png": bar(20, 220), "7/empty.png": bar(220, 220)])
        }
        #expect(error.kind == .invalidData && error.path?.hasSuffix("7/empty.png") == true)
        #expect(error.message.contains("nothing is written"))
    }

    @Test func namesWhatHasNoPlace() throws {
        let pixels = picture(28, 28) { _, _ in 1 }
        for (pictures, place) in [
            (["a/1.png": pixels, "b.png": pixels], "b.png"), (["a/b/1.png": pixels], "a/b"),
            (["train/a/1.png": pixels], ""),
            (["train/a/1.png": pixels, "test/a/1.png": pixels, "c/1.png": pixels], "c"),
            (["train/a/1.png": pixels, "test/1.png": pixels], "test/1.png"), ([:], ""),
        ] {
            let error = try #require(throws: ConvNetError.self) { try load(pictures) }
            #expect(error.kind == .invalidData)
            #expect(error.path?.hasSuffix(place) == true, "\(error)")
        }
    }

    @Test func givesEachClassAFolderThatIsReadBack() throws {
        let names = ["T-shirt/top", "100%", "..", ".hidden", "%2F", "a b"]
        let folders = try ImageFolder.folderNames(of: names)
        #expect(folders == ["T-shirt%2Ftop", "100%25", "%2E.", "%2Ehidden", "%252F", "a b"])
        let pixels = picture(28, 28) { _, _ in 1 }
        guard
            case .whole(let data) = try load(Dictionary(uniqueKeysWithValues: folders.map { ("\($0)/1.png", pixels) }))
        else { throw TestFailure() }
        #expect(Set(data.classNames) == Set(names))
        #expect(throws: ConvNetError.self) { try ImageFolder.folderNames(of: ["a", "a"]) }
        #expect(throws: ConvNetError.self) { try ImageFolder.folderNames(of: [""]) }
    }

    private struct TestFailure: Error {}
}
