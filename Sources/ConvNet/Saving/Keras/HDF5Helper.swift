import Glibc

/// The program `digits-hdf5`, which reads and writes HDF5 files, the form in which Keras keeps weights.
///
/// It links libhdf5, so that what uses this library does not, and does its work in a process of its own, with limits on
/// memory and time: a file that makes libhdf5 crash or run for ever ends that process and nothing else.
public struct HDF5Helper: Sendable, Hashable {
    /// The program.
    public let path: String

    /// The program's name.
    public static let name = "digits-hdf5"

    /// - Parameter path: The program.
    public init(path: String) {
        self.path = path
    }

    /// The program that the environment variable `CONVNET_HDF5` names, else the one beside the running program, else the
    /// one in the folders of `PATH`; nil where there is none.
    public static func find() -> HDF5Helper? {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let named = variable("CONVNET_HDF5") { return HDF5Helper(path: named) }
        let folders = [ownFolder()].compactMap(\.self) + (variable("PATH") ?? "").split(separator: ":").map(String.init)
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }.map(HDF5Helper.init(path:))
    }

    /// What a helper that is not there means for a file.
    static func missing(_ path: String) -> ConvNetError {
        ConvNetError(
            .unavailable, path: path,
            "Keras keeps weights in HDF5, which the program \(name) reads and writes, and it is not there; build it "
                + "(swift build --product \(name)) and put it beside this program, or use .npz or .safetensors")
    }

    /// What a program reads of a file in seconds at most; a file of hundreds of megabytes takes one or two.
    private static let secondsAtMost = 120

    // MARK: - Reading and writing

    /// Reads an HDF5 file.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - name: What it is called in errors, where it is a copy.
    func read(_ file: String, named name: String? = nil) throws -> HDF5Content {
        try TemporaryFolder.use { folder in
            let result = "\(folder)/content.safetensors"
            try run(["read", file, result], in: folder, about: name ?? file, isReading: true)
            guard let content = HDF5Content(try SafetensorsFile.read(result)) else {
                throw ConvNetError(
                    .invalidData, path: name ?? file, "reading its HDF5 gave nothing of use; save it again")
            }
            return content
        }
    }

    /// The bytes of an HDF5 file.
    ///
    /// - Parameters:
    ///   - content: What the file holds.
    ///   - name: The file that it is for, for errors.
    func bytes(of content: HDF5Content, for name: String) throws -> [UInt8] {
        try TemporaryFolder.use { folder in
            let source = "\(folder)/content.safetensors"
            let result = "\(folder)/content.h5"
            try content.file.write(to: source, isLasting: false)
            try run(["write", source, result], in: folder, about: name, isReading: false)
            let file = try InputFile(path: result)
            return try file.readBytes(file.size)
        }
    }

    // MARK: - The process

    private func run(_ arguments: [String], in folder: String, about file: String, isReading: Bool) throws(ConvNetError)
    {
        let words = "\(folder)/words"
        let process = try start(arguments, errorsTo: words, about: file)
        guard let status = Self.wait(for: process) else {
            throw ConvNetError(
                .invalidData, path: file,
                "libhdf5 did not come to an end within \(Self.secondsAtMost) seconds; the file is damaged or hostile")
        }
        // The low seven bits name the signal that ended a process.
        guard status & 0x7f == 0 else {
            throw ConvNetError(
                .invalidData, path: file,
                "libhdf5 crashed (signal \(status & 0x7f)); "
                    + (isReading ? "the file is damaged or hostile, save it again" : "try again with less data"))
        }
        let code = status >> 8 & 0xff
        guard code != 0 else { return }
        let sentence = String(decoding: try InputFile(path: words).readBytes(1000), as: UTF8.self)
        switch code {
        case 65: throw ConvNetError(.invalidData, path: file, sentence)
        case 69: throw ConvNetError(.unavailable, path: file, sentence)
        case 127:
            throw ConvNetError(
                .unavailable, path: file,
                "the program \(path) cannot be run; build it again, or install libhdf5 (Debian: libhdf5-103)")
        default:
            throw ConvNetError(
                .inputOutput, path: file,
                sentence.isEmpty ? "the program \(path) failed (\(code)); try again" : sentence)
        }
    }

    private func start(_ arguments: [String], errorsTo words: String, about file: String) throws(ConvNetError) -> pid_t
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, words, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var values: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for value in values { free(value) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, nil, &values, environ)
        guard code == 0 else {
            throw ConvNetError(
                .unavailable, path: file,
                "the program \(path) cannot be started (\(String(cString: strerror(code)))); build it again")
        }
        return process
    }

    /// How the process ended; nil where it had to be ended because it took too long.
    private static func wait(for process: pid_t) -> Int32? {
        let pause: useconds_t = 1000
        var status: Int32 = 0
        for _ in 0..<secondsAtMost * 1_000_000 / Int(pause) {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return status }
            // Where the host reaps all children itself, how this one ended is not to be had.
            if ended < 0, errno != EINTR { return 0 }
            usleep(pause)
        }
        kill(process, SIGKILL)
        waitpid(process, &status, 0)
        return nil
    }

    private static func ownFolder() -> String? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        let path = String(cString: program)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}

/// A folder for files that are gone afterwards.
enum TemporaryFolder {
    /// Makes a folder that only this user may enter, and removes it with the files in it when `body` ends.
    static func use<Result>(_ body: (String) throws -> Result) throws -> Result {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/convnet-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.creating("\(parent)/convnet", errno: errno) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(folder) }
        return try body(folder)
    }

    private static func remove(_ folder: String) {
        if let entries = opendir(folder) {
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { unlink("\(folder)/\(name)") }
            }
            closedir(entries)
        }
        rmdir(folder)
    }
}
