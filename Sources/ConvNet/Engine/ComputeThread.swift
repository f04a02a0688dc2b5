import CKernels
import Glibc
import Synchronization

/// The one thread that owns the kernels' workers.
///
/// Whatever is worth more than one core runs here, so that the OpenMP team, its block time and the floating-point state
/// never touch the host program's threads, and Swift's cooperative pool is never blocked by the kernels themselves. Jobs
/// run one after the other; the caller waits. A long job lets others in between its steps.
final class ComputeThread: Sendable {
    static let shared = ComputeThread()

    /// A job and the place where its caller waits. The caller keeps both alive until `isDone`.
    private final class Job: @unchecked Sendable {
        private var body: (() -> Void)?
        private let done = Signal()

        init(body: @escaping () -> Void) {
            self.body = body
        }

        /// Lets go of the body before the caller goes on: the body may not outlive the caller's wait.
        func perform() {
            body?()
            body = nil
            done.raise()
        }

        func wait() {
            done.wait()
        }
    }

    private let jobs = Mutex<[Job]>([])
    /// How many jobs wait: read between training steps, which take neither the lock nor memory.
    private let waiting = Atomic(0)
    private let arrived = Signal()
    private let handle = Mutex<pthread_t?>(nil)

    private init() {
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                if let context {
                    Unmanaged<ComputeThread>.fromOpaque(context).takeRetainedValue().serve()
                }
                return nil
            }, context.toOpaque())
        precondition(status == 0, "the system refuses a thread to compute on (error \(status))")
        pthread_detach(thread)
        handle.withLock { $0 = thread }
    }

    /// Runs the body on the compute thread and returns what it returns; runs it at once when already there.
    func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        if handle.withLock({ $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }) { return try body() }
        var outcome: Swift.Result<Result, Failure>?
        withoutActuallyEscaping({
            do throws(Failure) {
                outcome = .success(try body())
            } catch {
                outcome = .failure(error)
            }
        }) { body in
            let job = Job(body: body)
            jobs.withLock { $0.append(job) }
            waiting.add(1, ordering: .releasing)
            arrived.raise()
            job.wait()
        }
        guard let outcome else { preconditionFailure("a job on the compute thread ended without a result") }
        return try outcome.get()
    }

    /// Runs the jobs that wait now, so that a prediction need not wait until a training ends. Only on the compute thread,
    /// between two steps of a long job.
    func serveWaiting() {
        for _ in 0..<waiting.load(ordering: .acquiring) {
            // The signal of such a job stays behind, and wakes the thread for nothing later.
            performNext()
        }
    }

    private func next() -> Job? {
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if job != nil { waiting.subtract(1, ordering: .relaxed) }
        return job
    }

    private func serve() {
        ck_prepare_compute_thread()
        while true {
            arrived.wait()
            performNext()
        }
    }

    /// Every job has the number of threads that is set when it begins.
    private func performNext() {
        let job = next()
        ck_set_threads(Int32(ConvNetRuntime.threadCount))
        job?.perform()
    }
}

/// A counting semaphore of the system's.
private final class Signal: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func raise() {
        sem_post(semaphore)
    }

    func wait() {
        while sem_wait(semaphore) != 0 {}  // interrupted by a signal
    }
}
