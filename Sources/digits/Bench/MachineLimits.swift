import CMachine
import Glibc

/// What the machine can do on one instruction set with so many threads; each figure is measured when first asked for.
final class MachineLimits {
    let instructionSet: InstructionSet
    let threads: Int
    private let vector: cm_vector?
    private var speeds: [Place: Double] = [:]

    /// A kind of traffic over a memory size, by its power of two.
    private struct Place: Hashable {
        let traffic: cm_traffic.RawValue
        let power: Int
    }

    /// float32 operations a second of multiply-adds in registers; nil where vectors are not used.
    ///
    /// The best of half a second: all shares are held against it, and another program may take a processor for a while.
    private(set) lazy var multiplyAddPeak: Double? = vector.flatMap { vector in
        (0..<10).compactMap { _ in measured(cm_fma_peak(vector, Int32(threads))) }.max()
    }

    init(_ instructionSet: InstructionSet, threads: Int) {
        self.instructionSet = instructionSet
        self.threads = threads
        vector =
            switch instructionSet {
            case .ref: nil
            case .avx2: CM_VECTOR_256
            case .avx512: CM_VECTOR_512
            }
    }

    /// Bytes a second that memory, or the cache into which the bytes fit, lets through at this mix of reading and
    /// writing.
    ///
    /// Measured are reading alone, as much reading as writing, and writing alone, on sizes that are powers of two; the
    /// time of a byte between them is taken to be linear.
    func bandwidth(reads: Double, writes: Double) -> Double? {
        let bytes = reads + writes
        guard vector != nil, bytes > 0 else { return nil }
        let share = writes / bytes
        let (low, high) = share <= 0.5 ? (CM_READ, CM_COPY) : (CM_COPY, CM_WRITE)
        guard let first = time(low, bytes), let second = time(high, bytes) else { return nil }
        let position = share <= 0.5 ? share / 0.5 : (share - 0.5) / 0.5
        return 1 / (first + (second - first) * position)
    }

    private static let powers = 14...28  // 16 KiB to 256 MiB

    /// Seconds a byte.
    private func time(_ traffic: cm_traffic, _ bytes: Double) -> Double? {
        let exponent = min(max(log2(bytes), Double(Self.powers.lowerBound)), Double(Self.powers.upperBound))
        let power = min(Int(exponent), Self.powers.upperBound - 1)
        guard let low = speed(traffic, power), let high = speed(traffic, power + 1) else { return nil }
        return 1 / low + (1 / high - 1 / low) * (exponent - Double(power))
    }

    private func speed(_ traffic: cm_traffic, _ power: Int) -> Double? {
        let place = Place(traffic: traffic.rawValue, power: power)
        if let known = speeds[place] { return known }
        guard let vector, let found = measured(cm_bandwidth(traffic, 1 << power, vector, Int32(threads))) else {
            return nil
        }
        speeds[place] = found
        return found
    }

    /// Every size of which a speed was measured, from the smallest.
    var bandwidths: [KernelSitting.Bandwidth] {
        Self.powers.compactMap { power in
            let found = [CM_READ, CM_COPY, CM_WRITE].map { self.speeds[Place(traffic: $0.rawValue, power: power)] }
            guard found.contains(where: { $0 != nil }) else { return nil }
            let gigabytes = found.map { JSONNumber($0.map { $0 * 1e-9 }) }
            return KernelSitting.Bandwidth(
                bytes: 1 << power, read: gigabytes[0], copy: gigabytes[1], write: gigabytes[2])
        }
    }

    /// 0 stands for a measurement that could not be made.
    private func measured(_ value: Double) -> Double? { value > 0 ? value : nil }
}
