/// Reads and writes HDF5 in a process of its own, for `HDF5Helper`, which starts it and reads what it says: one sentence on
/// standard error, and an exit code of `sysexits.h`.
enum HDF5Program {
    /// Why the program ends, and how.
    struct Failure: Error {
        let code: Int32
        let sentence: String
    }
}
