import Foundation
import Testing

/// How a run of the command ended and what it wrote.
struct Outcome {
    let code: Int32
    /// The signal that ended it, or nil where it ended by itself.
    let signal: Int32?
    let output: String
    let errors: String

    /// Standard output as one JSON object.
    func json() throws -> [String: Any] {
        try jsonObject(Data(output.utf8))
    }
}

func jsonObject(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

/// A run of the command that has begun. Its output goes to files, so that it never waits for a reader.
final class RunningCommand {
    let process = Process()
    private let folder: String
    /// Microseconds between two looks, and how many looks.
    private static let pause: UInt32 = 2_000
    private static let patience = 150_000
    private static let proxies = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

    /// The command that was built beside these tests.
    static let path = beside("digits")

    /// A program that was built beside these tests.
    static func beside(_ name: String) -> String {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: name).path
    }

    /// - Parameters:
    ///   - arguments: After the command's name.
    ///   - environment: Added to what the tests run in, without the variables by which data is found.
    ///   - shell: A shell's command to run first, such as a limit.
    ///   - errors: Where standard error goes instead of a file.
    ///   - command: Another program than the command.
    init(
        _ arguments: [String], environment: [String: String] = [:], after shell: String? = nil,
        errors: FileHandle? = nil, command: String = path
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "digits-run-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for name in ["output", "errors"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
        if let shell {
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", command] + arguments
        } else {
            process.executableURL = URL(filePath: command)
            process.arguments = arguments
        }
        var variables = ProcessInfo.processInfo.environment
        for name in ["DIGITS_DATA", "XDG_CACHE_HOME", "CONVNET_NUM_THREADS"] { variables[name] = nil }
        variables["HOME"] = folder
        // No test leaves this machine: what is not on it is looked for behind a proxy that is not there.
        for name in Self.proxies { variables[name] = "http://127.0.0.1:1" }
        variables["no_proxy"] = "127.0.0.1"
        variables["NO_PROXY"] = nil
        process.environment = variables.merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(folder)/output"))
        process.standardError = try errors ?? FileHandle(forWritingTo: URL(filePath: "\(folder)/errors"))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits until something holds, the command ends, or minutes have passed.
    func waitUntil(_ condition: () -> Bool) {
        for _ in 0..<Self.patience {
            if condition() || !process.isRunning { return }
            usleep(Self.pause)
        }
    }

    /// Waits for the end; a command that does not come to one within minutes is ended by force.
    func wait() throws -> Outcome {
        waitUntil { !process.isRunning }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Outcome(
            code: process.terminationReason == .exit ? process.terminationStatus : -1,
            signal: process.terminationReason == .exit ? nil : process.terminationStatus,
            output: try String(contentsOfFile: "\(folder)/output", encoding: .utf8),
            errors: try String(contentsOfFile: "\(folder)/errors", encoding: .utf8))
    }
}

/// Runs the command to its end.
func digits(
    _ arguments: String..., environment: [String: String] = [:], after shell: String? = nil
) throws -> Outcome {
    try RunningCommand(arguments, environment: environment, after: shell).wait()
}

/// Expects one sentence on standard error, beginning with the command's name and holding the given texts, nothing on
/// standard output, and the exit code.
func expectFailure(
    _ outcome: Outcome, code: Int32, naming texts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(outcome.errors.hasPrefix("digits: "), "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.last == "\n", sourceLocation: sourceLocation)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    for text in texts {
        #expect(outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
    }
}
