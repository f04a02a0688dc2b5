import FoundationEssentials
import Glibc

/// Folders that are made.
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
}
