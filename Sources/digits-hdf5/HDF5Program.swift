import ConvNet
import Glibc

#if HDF5
    import HDF5Shim
#endif

/// Reads and writes HDF5 in a process of its own, for `HDF5Helper`, which starts it and reads what it says: one sentence on
/// standard error, and an exit code of `sysexits.h`.
@main
enum HDF5Program {
    static func main() {
        do throws(Failure) {
            let arguments = CommandLine.arguments
            guard arguments.count == 4 else { throw usage }
            switch arguments[1] {
            case "read": try read(arguments[2], into: arguments[3])
            case "write": try write(arguments[2], to: arguments[3])
            default: throw usage
            }
        } catch {
            let bytes = Array(error.sentence.utf8)
            Glibc.write(STDERR_FILENO, bytes, bytes.count)
            exit(error.code)
        }
    }

    private static let usage = Failure(
        code: EX_USAGE,
        sentence: "digits-hdf5 read FILE.h5 CONTENT.safetensors, or digits-hdf5 write CONTENT.safetensors FILE.h5; "
            + "'digits convert' runs it\n")
}

/// Why the program ends, and how.
struct Failure: Error {
    let code: Int32
    let sentence: String
}

#if !HDF5
    extension HDF5Program {
        private static let missing = Failure(
            code: EX_UNAVAILABLE,
            sentence:
                "Keras keeps weights in HDF5, and this build was made without it; build with the package trait HDF5 "
                + "and libhdf5-dev, or use .npz or .safetensors")

        private static func read(_ path: String, into result: String) throws(Failure) { throw missing }

        private static func write(_ source: String, to path: String) throws(Failure) { throw missing }
    }
#endif
