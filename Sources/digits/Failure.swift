import ArgumentParser
import ConvNet

/// The one place where errors become exit codes and sentences. The codes are those of `sysexits.h`.
enum Failure {
    /// Exit code of a run that Ctrl-C ended: 128 and the signal's number, as shells have it.
    static let interrupted = ExitCode(130)

    static func code(for kind: ConvNetError.Kind) -> Int32 {
        switch kind {
        case .invalidArgument, .invalidModel: 64
        case .invalidData: 65
        case .missingInput: 66
        case .unavailable: 69
        case .cannotCreate: 73
        case .inputOutput: 74
        case .diverged: 75
        }
    }

    /// Says what went wrong, or what was asked for where the "error" is a request for help; returns the exit code.
    static func report(_ error: any Error) -> Int32 {
        if let error = error as? ConvNetError {
            Console.complain("\(error)")
            return code(for: error.kind)
        }
        let code = Digits.exitCode(for: error)
        if code.isSuccess {
            do {
                try Console.print(Digits.fullMessage(for: error) + "\n")
            } catch {
                return report(error)
            }
        } else {
            let message = Digits.message(for: error)
            if !message.isEmpty { Console.complain(explained(oneLine(message))) }
        }
        return code.rawValue
    }

    /// The parser lists many choices one a line.
    private static func oneLine(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { String($0.drop { " -".contains($0) }) }
        return ([lines.first ?? ""] + [lines.dropFirst().joined(separator: ", ")].filter { !$0.isEmpty })
            .joined(separator: " ")
    }

    /// The parser's message with where the options are explained: it names the mistake, not always the way out.
    private static func explained(_ message: String) -> String {
        let names = Digits.configuration.subcommands.map { $0._commandName }
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else {
            return "\(message) ('digits help' explains)"
        }
        if names.contains(word) { return "\(message) ('digits help \(word)' explains)" }
        let guess = Suggestion.nearest(to: word, among: names).map { "did you mean \($0)? " } ?? ""
        return "there is no command \(word); \(guess)'digits help' lists all of them"
    }
}
