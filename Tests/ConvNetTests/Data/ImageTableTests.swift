import Foundation
import Testing

@testable import ConvNet

@Suite struct ImageTableTests {
    private func read(_ text: String) throws -> ImageTable {
        try withTemporaryFolder { folder in
            try write(Array(text.utf8), to: "\(folder)/table.csv")
            return try ImageTable.read("\(folder)/table.csv")
        }
    }

    private static let rows: [[UInt8]] = [[0, 127, 255, 1], [9, 8, 7, 6]]

    @Test(arguments: [
        "label,pixel0,pixel1,pixel2,pixel3\n5,0,127,255,1\n0,9,8,7,6\n",
        "label,pixel0,pixel1,pixel2,pixel3\r\n5,0,127,255,1\r\n\r\n0,9,8,7,6",
        "\u{feff}\"label\",\"1x1\",\"1x2\",\"2x1\",\"2x2\"\n5,0,127,255,1\n0, 9 ,8,\t7,006\n\n",
        "pixel0,pixel1,pixel2,pixel3,Label\n0,127,255,1,5\n9,8,7,6,0\n",
        "5,0,127,255,1\n0,9,8,7,6\n",
    ])
    func readsLabelsAndPixels(text: String) throws {
        let table = try read(text)
        #expect(table.imageShape == [2, 2, 1])
        #expect(table.labels == [5, 0])
        #expect(table.bytes == Self.rows.flatMap(\.self))
        let data = try table.dataset(name: "squares")
        #expect(data.classNames == (0...9).map { "\($0)" })
        #expect(data.labels == [5, 0])
        #expect(data.image(0)[1, 0, 0] == 1)
    }

    @Test(arguments: ["pixel0,pixel1,pixel2,pixel3\n0,127,255,1\n9,8,7,6\n", "0,127,255,1\n9,8,7,6"])
    func readsPixelsWithoutLabels(text: String) throws {
        let table = try read(text)
        #expect(table.labels == nil)
        #expect(table.bytes == Self.rows.flatMap(\.self))
        #expect(try table.dataset(name: "").labels == [0, 0])
    }

    @Test func namesAsManyClassesAsThereAreLabels() throws {
        #expect(try read("label,a,b,c,d\n25,0,0,0,0\n").dataset(name: "").classNames.count == 26)
    }

    @Test func readsGzipAndLinesAcrossItsPieces() throws {
        let header = "label," + (0..<784).map { "pixel\($0)" }.joined(separator: ",")
        let expected = (0..<200).map { image in (0..<784).map { UInt8(truncatingIfNeeded: image * 31 + $0 * 7) } }
        let lines = expected.enumerated().map { "\($0 % 10)," + $1.map { "\($0)" }.joined(separator: ",") }
        let text = ([header] + lines).joined(separator: "\n")
        try withTemporaryFolder { folder in
            try write(gzip(Array(text.utf8)), to: "\(folder)/table.csv.gz")
            let table = try ImageTable.read("\(folder)/table.csv.gz")
            #expect(table == (try read(text)))
            #expect(table.count == 200)
            #expect(table.bytes == expected.flatMap(\.self))
            #expect(table.labels == (0..<200).map { $0 % 10 })
        }
    }

    private static let header = "label,pixel0,pixel1,pixel2,pixel3\n"

    private static let wrong: [(text: String, reason: String)] = [
        ("", "line 1 has no comma"),
        ("\n\n", "line 1 has no comma"),
        ("a text\n", "line 1 has no comma"),
        (header, "no line of pixels"),
        ("\(header)5,0,1,2\n", "line 2 has 4 columns, but line 1 has 5"),
        ("\(header)5,0,1,2,3\n5,0,1,2", "line 3 has 4 columns, but line 1 has 5"),
        ("\(header)5,0,1,2,3,4\n", "line 2 has more than the 5 columns"),
        ("\(header)5,0,1,2,3\n\n5,0,x,2,3\n", "line 4, column 3 holds \"x\""),
        ("\(header)five,0,1,2,3\n", "line 2, column 1 holds \"f\""),
        ("\(header)5,0,-1,2,3\n", "line 2, column 3 holds \"-\""),
        ("\(header)5,0,1.5,2,3\n", "line 2, column 3 holds \".\""),
        ("\(header)5,0,\u{e9},2,3\n", "line 2, column 3 holds the byte 195"),
        ("\(header)5,0,1 2,2,3\n", "line 2, column 3 holds more than one number"),
        ("\(header)5,0,99999999999999999999999,2,3\n", "line 2, column 3 holds more than one number"),
        ("\(header)5,0,256,2,3\n", "line 2, column 3 holds 256; pixels go from 0 to 255"),
        ("\(header)5,0,,2,3\n", "line 2, column 3 is empty"),
        ("\(header)5,0,1,2,\n", "line 2, column 5 is empty"),
        ("\(header)1048576,0,1,2,3\n", "line 2, column 1 holds the label 1048576"),
        ("label,pixel0,pixel1,pixel3\n", "the column pixel2 is missing"),
        ("digit,pixel0,pixel1,pixel2,pixel3\n5,0,1,2,3\n", "called label"),
        ("1,2,3\n", "line 1 has 3 numbers"),
    ]

    @Test(arguments: wrong)
    func namesTheLineThatIsWrong(text: String, reason: String) throws {
        let error = try #require(throws: ConvNetError.self) { try read(text) }
        #expect(error.kind == .invalidData)
        #expect(error.path?.hasSuffix("table.csv") == true)
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test func boundsEachLine() throws {
        #expect(throws: ConvNetError.self) { try read(String(repeating: "x", count: 3 << 20)) }
        #expect(throws: ConvNetError.self) { try read(String(repeating: "1,", count: 200_000)) }
        let blanks = String(repeating: " ", count: 3 << 20)
        let error = try #require(throws: ConvNetError.self) { try read("label,a\n1,2\n\(blanks)\n") }
        #expect(error.message.contains("line 3 is longer"))
    }
}
