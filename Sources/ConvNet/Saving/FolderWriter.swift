import Glibc

/// A folder of many files that is there whole or not at all.
///
/// The files go to a temporary folder beside it, which is renamed when all are written. They are not synced one by one, as
/// ``AtomicFile`` does: with thousands of files that would take minutes.
package struct FolderWriter {
    private let temporary: String
    private let path: String
    private var made: Set<String> = []

    /// Makes a folder.
    ///
    /// - Parameters:
    ///   - path: The folder, which must not be there, or be empty.
    ///   - body: Hands the files to the writer. If it throws, nothing changes.
    /// - Throws: What `body` throws, or ``ConvNetError`` of kind `cannotCreate` or `inputOutput`.
    package static func write(to path: String, _ body: (inout FolderWriter) throws -> Void) throws {
        var end = path.endIndex
        while end > path.startIndex, path[path.index(before: end)] == "/" { end = path.index(before: end) }
        let path = String(path[..<end])
        guard !path.isEmpty else {
            throw ConvNetError(.cannotCreate, "the folder's name is empty; name a folder")
        }
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR, rmdir(path) == 0 else {
                throw ConvNetError(.cannotCreate, path: path, "this is there already; name a folder that is not")
            }
        }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if !parent.isEmpty { _ = try Folder.make(parent) }
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        var writer = FolderWriter(temporary: "\(parent)/.convnet-\(getpid())-\(suffix).tmp", path: path)
        do {
            try writer.makeFolder(writer.temporary)
            try body(&writer)
            guard rename(writer.temporary, path) == 0 else { throw SystemError.creating(path, errno: errno) }
        } catch {
            Folder.removeAll(writer.temporary)
            throw error
        }
    }

    private init(temporary: String, path: String) {
        self.temporary = temporary
        self.path = path
    }

    /// Writes a file.
    ///
    /// - Parameters:
    ///   - bytes: Its content.
    ///   - name: Its path within the folder; folders of it that are missing are made.
    package mutating func write(_ bytes: [UInt8], to name: String) throws {
        for slash in name.indices where name[slash] == "/" {
            let folder = String(name[..<slash])
            if made.insert(folder).inserted { try makeFolder("\(temporary)/\(folder)") }
        }
        let descriptor = open("\(temporary)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError.creating("\(path)/\(name)", errno: errno) }
        var sent = 0
        var code: Int32 = 0
        bytes.withUnsafeBytes { bytes in
            while sent < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    code = errno
                    return
                }
            }
        }
        if close(descriptor) != 0, errno != EINTR, code == 0 { code = errno }
        guard code == 0 else { throw SystemError.writing("\(path)/\(name)", errno: code) }
    }

    private func makeFolder(_ folder: String) throws {
        guard mkdir(folder, 0o777) == 0 else { throw SystemError.creating(path, errno: errno) }
    }
}
