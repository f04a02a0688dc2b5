import Glibc

/// The operating system's error numbers as errors of this module.
package enum SystemError {
    /// Why a file cannot be opened for reading.
    static func opening(_ path: String, errno code: Int32) -> ConvNetError {
        switch code {
        case ENOENT, ENOTDIR:
            ConvNetError(.missingInput, path: path, "there is no such file; check the path")
        case EACCES, EPERM:
            ConvNetError(.missingInput, path: path, "the file may not be read; ask for its permission or copy it")
        default:
            ConvNetError(.missingInput, path: path, "the file cannot be opened (\(text(code))); check the path")
        }
    }

    /// Why reading stopped.
    static func reading(_ path: String, errno code: Int32) -> ConvNetError {
        ConvNetError(.inputOutput, path: path, "reading failed (\(text(code))); check the disk and try again")
    }

    /// Why a file or folder cannot be created.
    package static func creating(_ path: String, errno code: Int32) -> ConvNetError {
        switch code {
        case ENOENT, ENOTDIR:
            ConvNetError(.cannotCreate, path: path, "its folder does not exist; create the folder or name another one")
        case EACCES, EPERM, EROFS:
            ConvNetError(
                .cannotCreate, path: path, "its folder may not be written to (\(text(code))); name another folder")
        case ENOSPC, EDQUOT:
            writing(path, errno: code)
        default:
            ConvNetError(.cannotCreate, path: path, "it cannot be created (\(text(code))); name another file")
        }
    }

    /// Why writing stopped.
    package static func writing(_ path: String, errno code: Int32) -> ConvNetError {
        switch code {
        case ENOSPC, EDQUOT:
            ConvNetError(.inputOutput, path: path, "the disk is full; free some space or name another folder")
        case EFBIG:
            ConvNetError(
                .inputOutput, path: path,
                "the file would be larger than this process may write; raise the limit "
                    + "(ulimit -f)")
        default:
            ConvNetError(.inputOutput, path: path, "writing failed (\(text(code))); check the disk and try again")
        }
    }

    private static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
