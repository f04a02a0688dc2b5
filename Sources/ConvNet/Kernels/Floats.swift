import CKernels

/// A borrowed run of floats in an arena or a parameter buffer.
///
/// The memory belongs to whoever made it (``Arena``, ``ParameterBuffer``) and must outlive every use. Kernels take
/// these and check the counts before they hand the pointers to C.
struct Floats {
    let base: UnsafeMutablePointer<Float>
    let count: Int

    /// The first `count` floats: a partial batch's share of a buffer.
    func prefix(_ count: Int) -> Floats {
        precondition(count <= self.count, "a run of \(self.count) floats has no prefix of \(count)")
        return Floats(base: base, count: count)
    }

    /// `count` floats from `offset` on.
    func slice(_ offset: Int, _ count: Int) -> Floats {
        precondition(offset + count <= self.count, "a run of \(self.count) floats ends before \(offset + count)")
        return Floats(base: base + offset, count: count)
    }

    /// The memory as bytes, where it holds a record rather than numbers.
    var bytes: UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt8.self)
    }

    func fill(_ value: Float) {
        base.update(repeating: value, count: count)
    }

    func copy(from source: Floats) {
        precondition(source.count == count, "\(source.count) floats do not fill \(count)")
        base.update(from: source.base, count: count)
    }
}

/// Memory for floats, aligned to a cache line, zeroed, freed with its owner.
final class Arena {
    let floats: Floats

    /// - Parameter count: Number of floats; at least one is reserved.
    init(count: Int) {
        let reserved = max(count, 1)
        let bytes = reserved * MemoryLayout<Float>.stride
        let isLarge = bytes >= Memory.hugePage
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Memory.hugePage : 64)
        if isLarge { Memory.preferHugePages(raw, bytes) }
        let base = raw.bindMemory(to: Float.self, capacity: reserved)
        base.initialize(repeating: 0, count: reserved)
        floats = Floats(base: base, count: count)
    }

    deinit {
        floats.base.deallocate()
    }
}

/// What the functions over borrowed floats check first.
extension Kernels {
    static func expect(_ floats: Floats, _ count: Int, _ what: StaticString) {
        precondition(floats.count >= count, "\(what): \(floats.count) floats where \(count) are needed")
    }

    static func expect(_ floats: Floats?, _ count: Int, _ what: StaticString) {
        if let floats { expect(floats, count, what) }
    }
}
