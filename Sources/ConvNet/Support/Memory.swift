import Glibc

/// How much memory the machine has, so that what cannot fit is refused in words rather than by the system's end of the
/// process; and how it is asked for.
enum Memory {
    /// Physical memory in bytes.
    static let size = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Bytes of a huge page.
    static let hugePage = 2 << 20

    /// Asks the system for huge pages, whose addresses the processor translates with far fewer look-ups. Nothing changes
    /// where there are none.
    ///
    /// - Parameters:
    ///   - address: A multiple of ``hugePage``; nothing was written there yet.
    ///   - bytes: Pages that these only begin are left as they are.
    static func preferHugePages(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
        madvise(address, bytes / hugePage * hugePage, Int32(MADV_HUGEPAGE))
    }

    /// Whether so many runs of floats could lie in memory at all.
    static func canHold(runs: Int = 1, ofFloats count: Int) -> Bool {
        Double(runs) * Double(count) * Double(MemoryLayout<Float>.size) <= Double(size)
    }
}
