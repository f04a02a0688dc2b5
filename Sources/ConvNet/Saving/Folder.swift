import FoundationEssentials
import Glibc

/// Folders that are made, looked into and removed.
package enum Folder {
    /// Makes a folder and those above it, where they are missing.
    ///
    /// - Returns: The ones that were not there, outermost first.
    /// - Throws: ``ConvNetError`` of kind `cannotCreate` or `inputOutput`; what was made until then is removed again.
    package static func make(_ path: String) throws -> [String] {
        var made: [String] = []
        let ends = path.indices.dropFirst().filter { path[$0] == "/" } + [path.endIndex]
        do {
            for end in ends {
                let folder = String(path[..<end])
                if mkdir(folder, 0o777) == 0 {
                    made.append(folder)
                    continue
                }
                let code = errno
                var isFolder = false
                let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
                if exists, isFolder { continue }
                throw exists || code == ENOTDIR
                    ? ConvNetError(.cannotCreate, path: path, "a file is where a folder would be; name another folder")
                    : SystemError.creating(folder, errno: code)
            }
        } catch {
            remove(made)
            throw error
        }
        return made
    }

    /// Removes the folders that ``make(_:)`` made, as far as nothing is in them.
    package static func remove(_ made: [String]) {
        for folder in made.reversed() { rmdir(folder) }
    }

    /// What is in a folder.
    package struct Entry: Sendable {
        /// Its name, without the folder's.
        package let name: String
        /// Whether it is a folder, or a link to one.
        package let isFolder: Bool
    }

    /// What is in a folder, sorted by name, without hidden files and folders.
    ///
    /// - Throws: ``ConvNetError`` of kind `missingInput` where there is no such folder or it may not be read.
    package static func contents(of path: String) throws(ConvNetError) -> [Entry] {
        guard let stream = opendir(path) else {
            let code = errno
            guard code == EACCES || code == EPERM else { throw SystemError.opening(path, errno: code) }
            throw ConvNetError(
                .missingInput, path: path, "the folder may not be read; ask for its permission or copy it")
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            var status = stat()
            let isFolder = stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            entries.append(Entry(name: name, isFolder: isFolder))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Removes a folder with all that is in it, as far as that is possible.
    static func removeAll(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
