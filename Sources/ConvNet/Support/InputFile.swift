import Glibc

/// A regular file open for reading from its beginning to its end.
package struct InputFile: ~Copyable {
    package let path: String
    /// The file's size in bytes when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: ``ConvNetError`` of kind `missingInput` where it is not there, not readable, or not a regular file.
    package init(path: String) throws(ConvNetError) {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError.opening(path, errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError.reading(path, errno: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw ConvNetError(
                .missingInput, path: path,
                isFolder ? "this is a folder; name a file" : "this is not a regular file; copy its content into one")
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Reads until the buffer is full or the file ends, and returns how many bytes were read.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ConvNetError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(
                descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw SystemError.reading(path, errno: errno)
            }
        }
        return filled
    }

    /// Reads the bytes of a range that lies within the file, without moving on.
    func readBytes(in range: Range<Int>) throws(ConvNetError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initializedCount in
            while initializedCount < range.count {
                let count = pread(
                    descriptor, buffer.baseAddress.map { $0 + initializedCount }, range.count - initializedCount,
                    range.lowerBound + initializedCount)
                if count > 0 {
                    initializedCount += count
                } else if count == 0 || errno != EINTR {
                    code = count == 0 ? 0 : errno
                    break
                }
            }
        }
        if code != 0 { throw SystemError.reading(path, errno: code) }
        guard bytes.count == range.count else {
            throw ConvNetError(
                .invalidData, path: path, "the file became shorter while it was read; read it again")
        }
        return bytes
    }

    /// Reads `count` bytes, or fewer where the file ends before.
    package func readBytes(_ count: Int) throws(ConvNetError) -> [UInt8] {
        try readNumbers(count)
    }

    /// Reads `count` little-endian numbers, or fewer where the file ends before. Never reserves more memory than the file
    /// has bytes.
    func readNumbers<Number: BitwiseCopyable>(_ count: Int) throws(ConvNetError) -> [Number] {
        var failure: ConvNetError?
        let count = min(max(count, 0), size / MemoryLayout<Number>.stride)
        let numbers = [Number](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            let room = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            do throws(ConvNetError) {
                initializedCount = try read(into: room) / MemoryLayout<Number>.stride
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return numbers
    }
}
