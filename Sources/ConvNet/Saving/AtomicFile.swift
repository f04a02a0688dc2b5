import Glibc

/// Files that are there whole or not at all.
///
/// The content goes to a temporary file in the same folder, which is synced and then renamed, and the folder is synced
/// after that. Whatever fails, what stood under the name before is still there, and the temporary file is gone.
package enum AtomicFile {
    /// Writes a file.
    ///
    /// Through a symbolic link, its target is replaced. What is not a regular file, such as `/dev/stdout` or a named
    /// pipe, is written directly.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isLasting: Whether the file should survive a power failure, for which the disk is waited for.
    ///   - body: Hands the content to the sink, in any number of pieces. If it throws, nothing changes.
    /// - Throws: What `body` throws, or ``ConvNetError``: `cannotCreate` where the file cannot be made in its folder,
    ///   `inputOutput` where writing fails.
    package static func write(
        to path: String, isLasting: Bool = true, _ body: (inout FileSink) throws -> Void
    ) throws {
        var status = stat()
        let exists = stat(path, &status) == 0
        let type = status.st_mode & S_IFMT
        if exists, type == S_IFDIR {
            throw ConvNetError(.cannotCreate, path: path, "this is a folder; name a file")
        }
        if exists, type != S_IFREG {
            try writeDirectly(to: path, body)
        } else {
            let target = exists ? resolvingLinks(path) : path
            let mode = exists ? status.st_mode & 0o7777 : nil
            try writeAndRename(to: target, named: path, mode: mode, syncing: isLasting, body)
        }
    }

    /// Writes text as a file of UTF-8.
    package static func write(_ text: String, to path: String) throws {
        try write(to: path) { sink in try sink.write(text) }
    }

    /// Writes bytes as a file.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { sink in try sink.write(bytes) }
    }

    /// Removes a file, if it is there.
    package static func remove(_ path: String) throws(ConvNetError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError.creating(path, errno: errno) }
    }

    /// Removes the temporary files that processes left behind which ended in the middle of writing.
    ///
    /// - Parameter folder: A folder that no other process writes to.
    package static func removeRemains(in folder: String) {
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) { unlink("\(folder)/\(name)") }
        }
    }

    private static let prefix = ".convnet-"
    private static let suffix = ".tmp"

    private static func writeAndRename(
        to target: String, named path: String, mode: mode_t?, syncing: Bool,
        _ body: (inout FileSink) throws -> Void
    ) throws {
        let folder = folder(of: target)
        let number = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = "\(folder)/\(prefix)\(getpid())-\(number)\(suffix)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError.creating(path, errno: errno) }
        do {
            try fill(descriptor, path: path, syncing: syncing) { sink in
                // A file that others may not read stays so.
                if let mode { fchmod(descriptor, mode) }
                try body(&sink)
            }
            guard rename(temporary, target) == 0 else { throw SystemError.creating(path, errno: errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        if syncing { try syncFolder(folder, path: path) }
    }

    private static func writeDirectly(to path: String, _ body: (inout FileSink) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.creating(path, errno: errno) }
        try fill(descriptor, path: path, syncing: false, body)
    }

    /// Writes the content and closes the file, also where something fails.
    private static func fill(
        _ descriptor: Int32, path: String, syncing: Bool, _ body: (inout FileSink) throws -> Void
    ) throws {
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        var sink = FileSink(descriptor: descriptor, path: path)
        try body(&sink)
        try sink.flush()
        if syncing, fsync(descriptor) != 0 { throw SystemError.writing(path, errno: errno) }
        isOpen = false
        // Network file systems report a full disk only here.
        guard close(descriptor) == 0 || errno == EINTR else { throw SystemError.writing(path, errno: errno) }
    }

    /// Makes the new name survive a power failure.
    private static func syncFolder(_ folder: String, path: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written to but not listed cannot be opened; the file itself is safe.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Some file systems do not sync folders and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError.writing(path, errno: errno) }
    }

    private static func resolvingLinks(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// Where the content of a file that is being written goes.
package struct FileSink: ~Copyable {
    private static let bufferSize = 1 << 16

    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []

    fileprivate init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Adds bytes.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ConvNetError) {
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count < Self.bufferSize {
            buffer += bytes
        } else {
            try send(bytes)
        }
    }

    /// Adds the UTF-8 of a text.
    package mutating func write(_ text: String) throws(ConvNetError) {
        try write(Array(text.utf8))
    }

    /// Adds the memory of numbers as it is: little-endian on every processor that this package is built for.
    mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(ConvNetError) {
        // Rethrows what the closure throws, which is a ConvNetError.
        var failure: ConvNetError?
        numbers.withUnsafeBytes { bytes in
            do throws(ConvNetError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Hands everything to the operating system.
    fileprivate mutating func flush() throws(ConvNetError) {
        let pending = buffer
        buffer.removeAll(keepingCapacity: true)
        var failure: ConvNetError?
        pending.withUnsafeBytes { bytes in
            do throws(ConvNetError) { try send(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(ConvNetError) {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                throw SystemError.writing(path, errno: errno)
            }
        }
    }
}
