import Glibc

/// What the machine has, so that what cannot fit is refused in words rather than by the system's end of the process.
enum Memory {
    /// Physical memory in bytes.
    static let size = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Whether so many runs of floats could lie in memory at all.
    static func canHold(runs: Int = 1, ofFloats count: Int) -> Bool {
        Double(runs) * Double(count) * Double(MemoryLayout<Float>.size) <= Double(size)
    }
}
