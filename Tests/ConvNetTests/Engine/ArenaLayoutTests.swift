import Testing

@testable import ConvNet

@Suite struct ArenaLayoutTests {
    /// Blocks with any sizes and lifetimes: some empty, some never used, many alike.
    private func randomBlocks(_ random: inout Philox) -> [Block] {
        (0..<Int.random(in: 1...60, using: &random)).map { _ in
            var block = Block(
                count: [0, 1, 15, 16, 17, Int.random(in: 1...5000, using: &random)].randomElement(using: &random) ?? 0)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                block.use(at: Int.random(in: -1...40, using: &random))
            }
            return block
        }
    }

    @Test(arguments: 0..<200)
    func blocksThatMeetNeverOverlap(seed: UInt64) {
        var random = Philox(seed: seed)
        let blocks = randomBlocks(&random)
        var layout = ArenaLayout()
        let offsets = layout.place(blocks)
        #expect(offsets.count == blocks.count)
        let used = blocks.indices.filter { blocks[$0].count > 0 && blocks[$0].start <= blocks[$0].end }
        for index in used {
            let own = offsets[index]..<offsets[index] + blocks[index].count
            #expect(own.lowerBound >= 0 && own.upperBound <= layout.end)
            #expect(own.lowerBound.isMultiple(of: 16), "a block begins at a cache line")
            for other in used where other < index && blocks[other].meets(blocks[index]) {
                #expect(!own.overlaps(offsets[other]..<offsets[other] + blocks[other].count))
            }
        }
        func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
        #expect(layout.end <= used.reduce(0) { $0 + rounded(blocks[$1].count) })
        for time in -1...40 {
            let alive = used.filter { blocks[$0].start <= time && time <= blocks[$0].end }
            #expect(layout.end >= alive.reduce(0) { $0 + rounded(blocks[$1].count) })
        }
    }

    @Test func blocksThatDoNotMeetShareMemory() {
        let blocks = (0..<100).map { time in
            var block = Block(count: 1000)
            block.use(at: time)
            return block
        }
        var layout = ArenaLayout()
        #expect(layout.place(blocks) == [Int](repeating: 0, count: 100))
        #expect(layout.end == 1008)
    }

    @Test func aBlockFillsAGapThatFits() {
        func block(_ count: Int, _ start: Int, _ end: Int) -> Block {
            var block = Block(count: count)
            block.use(at: start)
            block.use(at: end)
            return block
        }
        var layout = ArenaLayout()
        // The second leaves before the fourth comes, between the first and the third.
        let offsets = layout.place([block(64, 0, 9), block(48, 0, 1), block(32, 0, 9), block(16, 5, 9)])
        #expect(offsets == [0, 64, 112, 64])
        #expect(layout.end == 144)
    }
}
