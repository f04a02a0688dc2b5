import ConvNet
import Testing

@testable import ConvNetImages

/// Expects that a picture is refused as bad data, in words that name it and hold the given texts.
func expectRefused(
    _ bytes: [UInt8], limits: PictureLimits = .standard, naming texts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    do {
        let picture = try Picture.decode(bytes, path: "some.picture", limits: limits)
        Issue.record("gave \(picture.width) x \(picture.height) pixels", sourceLocation: sourceLocation)
    } catch {
        #expect(error.kind == .invalidData, "\(error)", sourceLocation: sourceLocation)
        for text in ["some.picture: "] + texts {
            #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation)
        }
    }
}

/// The largest difference between two pictures' samples.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}

/// Grey of a colour: ITU-R BT.601.
func luma(_ color: [Double]) -> UInt8 {
    let (red, green, blue) = (0.299 * color[0], 0.587 * color[1], 0.114 * color[2])
    return UInt8((red + green + blue).rounded())
}

extension Array {
    func chunked(_ count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
