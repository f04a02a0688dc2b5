import Testing

@testable import ConvNet

@Suite struct ArenaTests {
    /// Around a huge page and far from it.
    @Test(arguments: [0, 1, 17, Memory.hugePage / 4 - 1, Memory.hugePage / 4, Memory.hugePage + 5])
    func beginsAlignedAndZeroed(count: Int) {
        let arena = Arena(count: count)
        #expect(arena.floats.count == count)
        let alignment = count * 4 >= Memory.hugePage ? Memory.hugePage : 64
        #expect(Int(bitPattern: arena.floats.base) % alignment == 0)
        #expect((0..<count).allSatisfy { arena.floats.base[$0] == 0 })
        arena.floats.fill(1)
    }
}
