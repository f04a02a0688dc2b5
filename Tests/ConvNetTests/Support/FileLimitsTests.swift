import Testing

@testable import ConvNet

@Suite struct FileLimitsTests {
    @Test(arguments: [
        ([], 4, 4), ([3], 4, 12), ([2, 3, 5], 1, 30), ([0], 4, 0), ([0, 7, 0], 4, 0), ([1 << 32, 0], 1, 0),
        ([1 << 32], 1, 1 << 32),
    ])
    func countsBytes(lengths: [Int], elementSize: Int, count: Int) {
        #expect(FileLimits.byteCount(of: lengths, elementSize: elementSize) == count)
    }

    @Test(arguments: [
        [-1], [0, -1], [0, .max, 2], [.max, 0], [.min, 0], [1 << 32, 2], [.max], [.max, .max], [1 << 33],
        [1 << 31, 1 << 31, 1 << 31],
        [Int](repeating: 2, count: 64), [Int](repeating: .max, count: 1000),
    ])
    func refusesCountsThatAreNegativeOrTooLarge(lengths: [Int]) {
        #expect(FileLimits.byteCount(of: lengths, elementSize: 1) == nil)
    }

    @Test func theLargestCountIsTheLimitItself() {
        #expect(FileLimits.byteCount(of: [5, 2], atMost: 10) == 10)
        #expect(FileLimits.byteCount(of: [11], atMost: 10) == nil)
        #expect(FileLimits.byteCount(of: [], elementSize: 11, atMost: 10) == nil)
        #expect(FileLimits.byteCount(of: [.max, 1], atMost: .max) == .max)
        #expect(FileLimits.byteCount(of: [.max, 2], atMost: .max) == nil)
    }

    @Test func findsRangesWithinAFile() {
        #expect(FileLimits.range(from: 2, count: 3, within: 5) == 2..<5)
        #expect(FileLimits.range(from: 5, count: 0, within: 5) == 5..<5)
        for (start, count) in [(2, 4), (6, 0), (-1, 2), (2, -1), (.max, 1), (1, .max), (.max, .max), (.min, 0)] {
            #expect(FileLimits.range(from: start, count: count, within: 5) == nil, "\(start) \(count)")
        }
    }

    @Test func unpacksFreelyWhatIsSmall() {
        #expect(FileLimits.unpackedBytes(of: 0) == 1 << 23)
        #expect(FileLimits.unpackedBytes(of: 1000) == 1 << 23 + 200_000)
        #expect(FileLimits.unpackedBytes(of: .max) == .max)
        #expect(FileLimits.unpackedBytes(of: .max / 200) == .max)
        #expect(FileLimits.unpackedBytes(of: -1) == 1 << 23)
    }
}
