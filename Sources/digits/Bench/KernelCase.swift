import CKernels

/// A kernel on one shape, ready to be timed.
struct KernelCase {
    /// The operation, such as `gemm`.
    let kernel: String
    /// What of it, such as `weight gradient`.
    let variant: String
    /// The sizes.
    let shape: String
    /// The built-in networks in whose training or prediction it occurs; none for those that only fill the picture.
    var networks: [String] = []
    /// float32 operations of the plain algorithm; a multiply-add counts two.
    let operations: Double
    /// Bytes read and written where every array is touched once.
    let reads: Double
    let writes: Double
    /// Makes the arrays and returns the call.
    let prepare: (KernelMemory) -> () -> Void

    var name: String { "\(kernel) \(variant) \(shape)" }
    var bytes: Double { reads + writes }

    /// Whether a word of the command line means it: part of its name, or a network's name.
    func matches(_ filter: String) -> Bool {
        networks.contains(filter) || name.lowercased().contains(filter.lowercased())
    }
}

/// Arrays on cache lines, as a program that cares about time has them; freed together.
final class KernelMemory {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var drawn: UInt32 = 0
    private static let alignment = 64

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Numbers uniform in low ..< high.
    func floats(_ count: Int, from low: Float = -1, to high: Float = 1) -> UnsafeMutablePointer<Float> {
        let floats = room(count, of: Float.self)
        drawn += 1
        ck_random_uniform(ck_random_key(seed: 1, step: 0, stream: drawn), count, low, high, floats)
        return floats
    }

    /// Zeros: outputs and workspaces, touched so that the system has given the memory.
    func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
        let floats = room(count, of: Float.self)
        floats.initialize(repeating: 0, count: count)
        return floats
    }

    /// Numbers below a bound, in turn.
    func indices(_ count: Int, below bound: Int) -> UnsafeMutablePointer<Int32> {
        let indices = room(count, of: Int32.self)
        // A step that shares no factor with most bounds: neighbours are far apart, as in shuffled data.
        for index in 0..<count { indices[index] = Int32(index * 7919 % bound) }
        return indices
    }

    func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let bytes = room(count, of: UInt8.self)
        for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        return bytes
    }

    private func room<Element>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: Self.alignment)
        blocks.append(block)
        return block.bindMemory(to: Element.self, capacity: max(count, 1))
    }
}

/// Bytes of so many floats.
func floatBytes(_ counts: Int...) -> Double {
    Double(counts.reduce(0, +) * MemoryLayout<Float>.size)
}
