import ConvNet
import Glibc

@main
extension HDF5Program {
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
