import ConvNetImages
import Foundation
import Testing

/// `digits predict MODEL IMAGE…`: pictures in, digits out, in words and in JSON.
@Suite struct PredictPicturesTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
        try workspace.train("--epochs", "1", run: "run", model: "cnn-compact")
    }

    private var model: String { workspace.path("run") }

    /// Dark rings and bars on light paper, side by side: zeros and ones.
    private func write(_ digits: String, to name: String) throws -> String {
        let (width, height) = (60 * max(digits.count, 1), 100)
        var pixels = [UInt8](repeating: 230, count: width * height)
        for (index, digit) in digits.enumerated() {
            for y in 20..<80 {
                for x in 0..<60 {
                    let (across, down) = (Double(x - 30) / 20, Double(y - 50) / 30)
                    let radius = (across * across + down * down).squareRoot()
                    let isInk = digit == "0" ? (0.65...1).contains(radius) : (26..<34).contains(x)
                    if isInk { pixels[y * width + 60 * index + x] = 30 }
                }
            }
        }
        let path = workspace.path(name)
        try Picture(width: width, height: height, pixels: pixels).writePNG(to: path)
        return path
    }

    private func list(_ outcome: Outcome) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    }

    @Test func answersInJSON() throws {
        let (one, three, none) = (
            try write("0", to: "one.png"), try write("010", to: "three.png"), try write("", to: "none.png")
        )
        let outcome = try digits("predict", model, one, three, none, "--json")
        #expect(outcome.code == 0 && outcome.errors == "")
        let answers = try list(outcome)
        #expect(answers.map { $0["image"] as? String } == [one, three, none])

        let probabilities = try #require(answers[0]["probabilities"] as? [Double])
        #expect(probabilities.count == 10 && abs(probabilities.reduce(0, +) - 1) < 1e-4)
        let digit = try #require(answers[0]["digit"] as? Int)
        #expect(
            answers[0]["probability"] as? Double == probabilities[digit] && probabilities[digit] == probabilities.max())

        let found = try #require(answers[1]["digits"] as? [[String: Any]])
        #expect(found.count == 3 && answers[1]["digit"] is NSNull)
        let lefts = found.compactMap { ($0["box"] as? [String: Int])?["x"] }
        #expect(lefts.count == 3 && lefts == lefts.sorted() && abs(lefts[1] - 86) <= 1)
        #expect(answers[1]["text"] as? String == found.map { "\($0["digit"] ?? "")" }.joined())

        #expect(answers[2]["digit"] is NSNull && answers[2]["message"] as? String == "no digit found")
        #expect((answers[2]["digits"] as? [Any])?.isEmpty == true)
    }

    @Test func answersInWords() throws {
        let (one, none) = (try write("1", to: "one.png"), try write("", to: "none.png"))
        let outcome = try digits("predict", model, one, none)
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 2 && lines[1] == "\(none): no digit found")
        #expect(lines[0].wholeMatch(of: /.*one\.png: \d \(\d+\.\d %\)/) != nil, "\(lines)")
    }

    @Test func drawsWhatTheNetworkSaw() throws {
        let path = try write("00", to: "two.png")
        let outcome = try digits("predict", model, path, "--show", environment: ["LANG": "C"])
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        // In a file: characters, no escape sequence; one digit below the other, as two do not fit 80 columns.
        #expect(!outcome.output.contains("\u{1B}") && outcome.output.contains("@@"))
        #expect(lines.count == 28 + 2 + 28 + 1)
        expectFailure(try digits("predict", model, path, "--show", "--json"), code: 64, naming: "--show", "--json")
    }

    @Test func refusesWhatIsNoPicture() throws {
        let whole = try workspace.bytes(String(try write("0", to: "one.png").split(separator: "/").last ?? ""))
        let cut = workspace.path("cut.png")
        try DrawnDigits.write(Array(whole.dropLast(40)), to: cut)
        expectFailure(try digits("predict", model, cut), code: 65, naming: cut, "damaged")
        // 100,000 x 100,000 pixels are refused at the header.
        let lying = workspace.path("lying.png")
        try DrawnDigits.write(
            whole[..<16] + [0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0] + whole[24...], to: lying)
        expectFailure(
            try digits("predict", model, lying, "--json"), code: 65, naming: lying,
            "100,000 x 100,000")
        expectFailure(try digits("predict", model, workspace.path("nothing.png")), code: 66, naming: "nothing.png")
        expectFailure(try digits("predict", model, lying, "--csv", "x.csv"), code: 64, naming: "--csv")
    }
}
