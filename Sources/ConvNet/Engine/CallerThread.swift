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
    private static let patience = 3
    private static let pauseNanoseconds: UInt64 = 20_000_000

    /// Femtoseconds an operation, the fastest so far without workers. The first runs are slow whoever does them, so a
    /// few of every round go without workers to know it.
    private let alonePace = Atomic<UInt64>(.max)
    private let runs = Atomic(0)
    private let aloneUntil = Atomic<UInt64>(0)
    /// Runs with workers, one after the other, that were slower. The first one wakes them and may be.
    private let slowRuns = Atomic(0)

    /// Runs the body on this thread.
    ///
    /// - Parameters:
    ///   - cost: Floating-point operations of the body, roughly.
    ///   - body: Calls kernels.
    func run(cost: Double, _ body: () -> Void) {
        let start = Self.now
        let isFirst = Self.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        let thread = UInt(pthread_self())
        let alone = alonePace.load(ordering: .relaxed)
        let hasWorkers =
            isFirst && runs.add(1, ordering: .relaxed).oldValue % Self.round >= Self.aloneOfRound
            && start >= aloneUntil.load(ordering: .relaxed)
            && Self.lastThread.load(ordering: .relaxed) == thread
            && start &- Self.lastEnd.load(ordering: .relaxed) < Self.awakeNanoseconds
        let before = ck_guest_begin(hasWorkers ? Int32(ConvNetRuntime.threadCount) : 1)
        body()
        ck_guest_end(before)

        let end = Self.now
        let pace = UInt64(Double(end &- start) * 1e6 / max(cost, 1))
        if !hasWorkers {
            if pace < alone { alonePace.store(pace, ordering: .relaxed) }
        } else if pace <= alone {
            slowRuns.store(0, ordering: .relaxed)
        } else if slowRuns.add(1, ordering: .relaxed).newValue > Self.patience {
            slowRuns.store(0, ordering: .relaxed)
            aloneUntil.store(end &+ Self.pauseNanoseconds, ordering: .relaxed)
        }
        guard isFirst else { return }
        Self.lastThread.store(thread, ordering: .relaxed)
        Self.lastEnd.store(end, ordering: .relaxed)
        Self.isTaken.store(false, ordering: .releasing)
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
