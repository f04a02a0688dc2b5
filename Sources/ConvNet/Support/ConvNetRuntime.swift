import CKernels
import Glibc
import Synchronization

/// What the kernels run on: threads and instruction set.
public enum ConvNetRuntime {
    private static let threads = Mutex(defaultThreadCount())
    private static let algorithm = Mutex(defaultConvolutionAlgorithm())

    /// Threads that training and large predictions use. The bits of every result are the same for any number.
    ///
    /// Begins with the environment variable `CONVNET_NUM_THREADS`, else with the CPUs that the process may really use
    /// (affinity mask and control-group quota). Values below 1 count as 1.
    public static var threadCount: Int {
        get { threads.withLock { $0 } }
        set { threads.withLock { $0 = min(max(newValue, 1), 1024) } }
    }

    /// CPUs that the process may really use.
    public static var availableThreadCount: Int { Int(ck_threads_available()) }

    /// The instruction set in force: `ref`, `avx2` or `avx512`; the environment variable `CONVNET_ISA` caps it.
    public static var instructionSet: String { String(cString: ck_isa_name(ck_isa_active())) }

    /// The best instruction set that processor and operating system support.
    public static var supportedInstructionSet: String { String(cString: ck_isa_name(ck_isa_supported())) }

    /// How networks that are made from now on compute their convolutions.
    ///
    /// Begins with the environment variable `CONVNET_CONV2D`, `auto`, `direct` or `winograd`, else with `automatic`.
    /// Results differ by rounding, so a run is only repeated to the bit under the same choice.
    public static var convolutionAlgorithm: ConvolutionAlgorithm {
        get { algorithm.withLock { $0 } }
        set { algorithm.withLock { $0 = newValue } }
    }

    /// Runs one parallel region on the compute thread and returns how many threads took part in it.
    public static func observedThreadCount() -> Int {
        ComputeThread.shared.run { Int(ck_threads_observed()) }
    }

    private static func defaultConvolutionAlgorithm() -> ConvolutionAlgorithm {
        getenv("CONVNET_CONV2D").flatMap { ConvolutionAlgorithm(rawValue: String(cString: $0)) } ?? .automatic
    }

    private static func defaultThreadCount() -> Int {
        if let text = getenv("CONVNET_NUM_THREADS"), let count = Int(String(cString: text)), count >= 1 {
            return min(count, 1024)
        }
        return availableThreadCount
    }
}
