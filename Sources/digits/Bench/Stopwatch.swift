import Glibc

/// Times of many runs of the same work.
struct Timings {
    /// Seconds a run, from the fastest to the slowest.
    private let sorted: [Double]

    init(_ seconds: [Double]) {
        sorted = seconds.sorted()
    }

    var count: Int { sorted.count }
    var best: Double { sorted.first ?? .nan }
    var median: Double { percentile(50) }

    /// The time that so many per cent of the runs did not exceed.
    func percentile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let rank = (share / 100 * Double(sorted.count)).rounded(.up)
        return sorted[min(max(Int(rank) - 1, 0), sorted.count - 1)]
    }
}

/// Times short pieces of work.
enum Stopwatch {
    /// Seconds since some moment, by a clock that nobody sets.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// A run lasts at least so long, so that reading the clock, some 30 ns, does not count.
    private static let shortestRun = 20e-6
    /// Runs that are not counted: they bring data into the caches, wake the workers and let the clock rate rise.
    private static let warmUp = 0.02
    private static let fewestRuns = 5
    private static let mostRuns = 20_000

    /// Times the work until so many seconds have passed, at least a few runs.
    static func time(seconds: Double, _ work: () -> Void) -> Timings {
        let begin = now
        var calls = 0
        repeat {
            work()
            calls += 1
        } while now - begin < warmUp
        let perRun = max(1, Int((shortestRun * Double(calls) / (now - begin)).rounded(.up)))

        var runs: [Double] = []
        let start = now
        while runs.count < fewestRuns || (now - start < seconds && runs.count < mostRuns) {
            let before = now
            for _ in 0..<perRun { work() }
            runs.append((now - before) / Double(perRun))
        }
        return Timings(runs)
    }

    /// Times every call by itself, for work whose slow calls matter as much as its fast ones.
    static func timeEach(seconds: Double, _ work: () -> Void) -> Timings {
        let begin = now
        repeat { work() } while now - begin < warmUp
        var runs: [Double] = []
        runs.reserveCapacity(mostRuns)
        let start = now
        while runs.count < fewestRuns || (now - start < seconds && runs.count < mostRuns) {
            let before = now
            work()
            runs.append(now - before)
        }
        return Timings(runs)
    }
}
