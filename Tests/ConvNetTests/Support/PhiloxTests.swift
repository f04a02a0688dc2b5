import Testing

@testable import ConvNet

@Suite struct PhiloxTests {
    /// The known answers that the authors publish with Random123.
    @Test func givesTheAuthorsKnownAnswers() {
        var words = [UInt32](repeating: 0, count: 4)
        Kernels.philox(key: RandomKey(seed: 0), firstBlock: 0, into: &words)
        #expect(words == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        Kernels.philox(key: RandomKey(seed: .max, stream: .max, step: .max), firstBlock: .max, into: &words)
        #expect(words == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
        let key = RandomKey(seed: 0x299f_31d0_a409_3822, stream: 0x85a3_08d3, step: 0x0370_7344_1319_8a2e)
        Kernels.philox(key: key, firstBlock: 0x243f_6a88, into: &words)
        #expect(words == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    }

    @Test func drawsTheStreamInOrderAcrossItsBuffer() {
        let key = RandomKey(seed: 7, stream: 3, step: 5)
        var words = [UInt32](repeating: 0, count: 4 * 200)
        Kernels.philox(key: key, firstBlock: 0, into: &words)
        var generator = Philox(seed: 7, stream: 3, step: 5)
        for pair in 0..<words.count / 2 {
            #expect(generator.next() == UInt64(words[2 * pair + 1]) << 32 | UInt64(words[2 * pair]))
        }
    }

    @Test func differsBySeedStreamAndStep() {
        var generators = [
            Philox(seed: 1), Philox(seed: 2), Philox(seed: 1 << 32), Philox(seed: 1, stream: 1),
            Philox(seed: 1, step: 1),
            Philox(seed: 1, step: 1 << 32),
        ]
        let numbers = generators.indices.map { generators[$0].next() }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test(arguments: [0, 1, 2, 3, 100, 1000])
    func permutesAllNumbersOnce(count: Int) {
        var generator = Philox(seed: 11)
        let order = generator.permutation(of: count)
        #expect(order.sorted() == (0..<count).map { Int32($0) })
        if count >= 100 { #expect(order != order.sorted()) }
        var again = Philox(seed: 11)
        #expect(again.permutation(of: count) == order)
    }

    /// 24 orders of four numbers, 24,000 draws. The squared deviations follow a chi-square distribution with 23 degrees
    /// of freedom, which stays below 72 with a probability of 1 - 6e-7.
    @Test func permutesWithoutPreference() {
        var generator = Philox(seed: 5)
        var frequency: [[Int32]: Int] = [:]
        for _ in 0..<24_000 { frequency[generator.permutation(of: 4), default: 0] += 1 }
        #expect(frequency.count == 24)
        let deviation = frequency.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        #expect(deviation < 72)
    }
}
