import ConvNet
import ConvNetImages
import Foundation
import FoundationXML
import Testing

@testable import ConvNetReport

@Suite struct DrawingTests {
    private let nasty = "<script>alert('&')</script>"

    private func expectXML(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let parser = XMLParser(data: Data(text.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))", sourceLocation: sourceLocation)
    }

    @Test func namesCannotBreakOut() throws {
        let confusion = try ConfusionMatrix(labels: [0, 0, 1, 2], predictions: [0, 1, 1, 0], classCount: 3)
        let names = [nasty, "\"quoted\"", "zero \u{0} byte"]
        for drawing in [
            ConfusionChart.drawing(confusion, classNames: names, isNormalized: false),
            ScoreChart.drawing(confusion.scores, classNames: names),
            ProbabilityChart.drawing(title: nasty, probabilities: [0.5, 0.25, 0.25], classNames: names),
        ] {
            let svg = try drawing.svg()
            expectXML(svg)
            #expect(!svg.contains("<script"))
            #expect(try !drawing.inlineSVG().contains("<script"))
        }
    }

    @Test func aPNGShowsTheSameAtTwoPixelsEach() throws {
        let curve = try CalibrationCurve(confidences: [0.95, 0.55, 0.6], isCorrect: [true, false, true])
        let drawing = CalibrationChart.drawing(curve)
        let picture = try Picture.decode(try drawing.png(), path: "drawing", colorMode: .rgb)
        #expect(picture.width == Int(2 * drawing.width))
        #expect(picture.height == Int(2 * drawing.height))
        #expect(Set(picture.pixels).count > 20)
        // The same input gives the same bytes.
        #expect(try drawing.png() == CalibrationChart.drawing(curve).png())
    }

    @Test func samplesAreWrittenByTheNamesExtension() throws {
        let images = Tensor.uniform([7, 5, 4, 1], seed: 3)
        let data = try Dataset(
            name: "noise", images: images, labels: [0, 1, 2, 0, 1, 2, 0], classNames: ["a", nasty, "c"])
        let drawing = try Drawing.samples(of: data, predictions: [0, 1, 2, 1, 1, 2, 0])
        let svg = try drawing.svg()
        expectXML(svg)
        #expect(svg.components(separatedBy: "<image").count == 8)
        #expect(svg.contains("Samples of noise"))
        #expect(!svg.contains("<script"))

        let folder = FileManager.default.temporaryDirectory.appending(path: "drawing-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try drawing.write(to: "\(folder)/grid.svg")
        try drawing.write(to: "\(folder)/grid.PNG")
        #expect(try String(contentsOfFile: "\(folder)/grid.svg", encoding: .utf8) == svg)
        #expect(try Array(Data(contentsOf: URL(filePath: "\(folder)/grid.PNG"))) == drawing.png())
        #expect(throws: ConvNetError.self) { try drawing.write(to: "\(folder)/grid.gif") }
        #expect(throws: ConvNetError.self) { try drawing.write(to: "\(folder)/none/grid.svg") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["grid.PNG", "grid.svg"])

        #expect(throws: ConvNetError.self) { try Drawing.samples(of: data.prefix(0)) }
        #expect(throws: ConvNetError.self) { try Drawing.samples(of: data, predictions: [1]) }
        #expect(throws: ConvNetError.self) { try Drawing.samples(of: try data.reshaped(to: [20])) }
    }

    /// The pixels of an image in the SVG are those of the data.
    @Test func imagesInSVGAreTheData() throws {
        let bytes: [UInt8] = [0, 51, 102, 153, 204, 255]
        let data = try Dataset(bytes: bytes, imageShape: [2, 3, 1], labels: [0])
        let svg = try Drawing.samples(of: data).svg()
        let encoded = try #require(svg.firstMatch(of: /base64,([A-Za-z0-9+\/=]+)"/)?.1)
        let picture = try Picture.decode(
            Array(try #require(Data(base64Encoded: String(encoded)))), path: "image")
        #expect((picture.width, picture.height) == (3, 2))
        #expect(picture.pixels == bytes)
    }
}
