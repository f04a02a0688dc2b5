import ConvNet
import Glibc
import Synchronization

/// Ctrl-C, and the signal by which the system asks a program to end.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Whether a signal came after ``watch()``.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// From now on the first signal is only noted; the second ends the process at once.
    static func watch() {
        // Made here: a handler may not be what makes it.
        requested.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                Interruption.requested.store(true, ordering: .relaxed)
                signal(SIGINT, SIG_DFL)
                signal(SIGTERM, SIG_DFL)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        // Whoever started this process may have had them blocked, and that is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// From now on a signal ends the process at once again.
    static func endWatch() {
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}

/// Ends training after the step in which a signal came.
final class StopWhenInterrupted: Callback {
    func onBatchEnd(_ batch: Int, _ context: TrainingContext) throws {
        if Interruption.isRequested { context.stop(reason: "interrupted") }
    }
}
