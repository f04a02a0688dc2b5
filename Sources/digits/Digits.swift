import ArgumentParser
import Glibc

/// The command and its subcommands.
@main
struct Digits: ParsableCommand {
    static let version = "1.0.0"

    static let configuration = CommandConfiguration(
        commandName: "digits",
        abstract: "Learns to read handwritten digits, and reads them.",
        discussion: """
            Examples:
              digits train                        train cnn-compact on MNIST
              digits evaluate runs/first          measure what was learnt
              digits models                       list the built-in networks

            MNIST's four files are looked for in the folder that DIGITS_DATA names, or in a folder mnist inside it, then \
            in ~/.cache/convnet; where they are missing, they are fetched. 'digits help train' explains every option of a command.

            Exit codes: 0 done, 64 wrong usage, 65 bad data, 66 input missing, 69 unavailable, 73 and 74 output, \
            75 training diverged, 130 interrupted.
            """,
        version: "digits \(version)",
        subcommands: [
            Train.self, Evaluate.self, Predict.self, ReportCommand.self, Summary.self, Convert.self, Models.self,
            DataCommand.self, Bench.self, Info.self,
        ])

    static func main() {
        // Reaching a file-size limit is then an error that can be explained, not a signal that kills.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            Glibc.exit(Failure.report(error))
        }
    }
}
