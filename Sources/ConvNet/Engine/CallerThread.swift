import CKernels
import Glibc
import Synchronization

/// Computes on the thread that asks, with workers beside it where that pays. One for each engine.
///
/// To hand a small job to the compute thread, and to be woken afterwards, costs more than the job. A second core helps
/// from a few microseconds of work on, but only if its thread is awake (waking it takes longer than a prediction) and
/// the core is free. So a thread gets workers when it computes again within the millisecond for which they stay awake,
/// one thread at a time; and where that is slower than to work alone, again and again, the engine works alone for a
/// while. Results have the same bits either way.
final class CallerThread: Sendable {
    private static let isTaken = Atomic(false)
    /// Who computed last, and until when.
    private static let lastThread = Atomic<UInt>(0)
    private static let lastEnd = Atomic<UInt64>(0)

    /// As long as workers stay awake after a region, less what entering the next one takes.
    private static let awakeNanoseconds: UInt64 = 900_000
    private static let round = 64
    private static let aloneOfRound = 4
    private static let pauseNanoseconds: UInt64 = 20_000_000

    /// A few of every round go without workers, to know how fast that is.
    private let alonePace = Pace()
    private let sharedPace = Pace()
    private let runs = Atomic(0)
    private let aloneUntil = Atomic<UInt64>(0)

    /// Runs the body on this thread.
    ///
    /// - Parameters:
    ///   - cost: Floating-point operations of the body, roughly.
    ///   - body: Calls kernels.
    func run(cost: Double, _ body: () -> Void) {
        let start = Self.now
        let isFirst = Self.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        let thread = UInt(pthread_self())
        let hasWorkers =
            isFirst && runs.add(1, ordering: .relaxed).oldValue % Self.round >= Self.aloneOfRound
            && start >= aloneUntil.load(ordering: .relaxed)
            && Self.lastThread.load(ordering: .relaxed) == thread
            && start &- Self.lastEnd.load(ordering: .relaxed) < Self.awakeNanoseconds
        let before = ck_guest_begin(hasWorkers ? Int32(ConvNetRuntime.threadCount) : 1)
        body()
        ck_guest_end(before)

        let end = Self.now
        let pace = UInt64(min(Double(end &- start) * 1e6 / max(cost, 1), 1e15))
        if !hasWorkers {
            alonePace.note(pace)
        } else {
            // Two threads may be twice as fast; the run that wakes the workers, or two, may be slow.
            sharedPace.note(pace, expecting: alonePace.value / 2)
            if sharedPace.value > alonePace.value {
                sharedPace.forget()
                aloneUntil.store(end &+ Self.pauseNanoseconds, ordering: .relaxed)
            }
        }
        guard isFirst else { return }
        Self.lastThread.store(thread, ordering: .relaxed)
        Self.lastEnd.store(end, ordering: .relaxed)
        Self.isTaken.store(false, ordering: .releasing)
    }

    /// Femtoseconds an operation, typical of late. One example takes longer than another, since zeros take no time, and
    /// whatever interrupts a run makes it slow: what is faster counts for more, and what is far slower for little.
    private struct Pace: ~Copyable, Sendable {
        private let typical = Atomic(unknown)
        private static let unknown = UInt64.max
        private static let slowest: UInt64 = 1 << 50

        /// The largest number where there was no run.
        var value: UInt64 { typical.load(ordering: .relaxed) }

        /// - Parameter expecting: What to begin with; nil for the first run's own pace.
        func note(_ pace: UInt64, expecting expected: UInt64? = nil) {
            let old = min(value == Self.unknown ? expected ?? pace : value, Self.slowest)
            let new = pace < old ? old - (old - pace) / 4 : old + min(pace - old, 3 * old) / 16
            typical.store(new, ordering: .relaxed)
        }

        func forget() { typical.store(Self.unknown, ordering: .relaxed) }
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
