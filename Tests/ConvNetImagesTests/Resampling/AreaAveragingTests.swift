import Testing

@testable import ConvNetImages

@Suite struct AreaAveragingTests {
    @Test func averagesWhatEachPixelCovers() {
        let values: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        func reduce(_ width: Int, _ height: Int) -> [Float] {
            AreaAveraging.reduce(width: 3, height: 3, toWidth: width, height: height) { y, row in
                for x in 0..<3 { row[x] = values[3 * y + x] }
            }
        }
        #expect(reduce(3, 3) == values)
        #expect(abs(reduce(1, 1)[0] - 5) < 1e-5)
        // Halves of the middle row and column go either way.
        for (value, expected) in zip(reduce(2, 2), [7.0 / 3, 11.0 / 3, 19.0 / 3, 23.0 / 3]) {
            #expect(abs(Double(value) - expected) < 1e-5)
        }
    }

    @Test func keepsTheMeanAndTheShape() {
        var noise = Noise(seed: 4)
        let pixels = (0..<(97 * 61 * 3)).map { _ in UInt8.random(in: 0...255, using: &noise) }
        let picture = Picture(width: 97, height: 61, colorMode: .rgb, pixels: pixels)
        let small = picture.reduced(toFitWidth: 40, height: 40)
        #expect(small.width == 40 && small.height == 25)
        for channel in 0..<3 {
            func mean(_ picture: Picture) -> Double {
                let values = stride(from: channel, to: picture.pixels.count, by: 3).map { Double(picture.pixels[$0]) }
                return values.reduce(0, +) / Double(values.count)
            }
            #expect(abs(mean(small) - mean(picture)) < 0.2)
        }
        #expect(picture.reduced(toFitWidth: 97, height: .max) == picture)
    }

    @Test func laysOutGrids() {
        let one = Picture(width: 2, height: 1, pixels: [1, 2])
        let two = Picture(width: 2, height: 1, pixels: [3, 4])
        let grid = Picture.grid([one, two, one], columns: 2, gap: 1, background: 9)
        #expect(grid.width == 5 && grid.height == 3)
        #expect(grid.pixels == [1, 2, 9, 3, 4, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9])
        #expect(one.magnified(by: 2).pixels == [1, 1, 2, 2, 1, 1, 2, 2])
    }
}
