#if HDF5
    import ConvNet
    import Glibc
    import HDF5Shim

    extension HDF5Program {
        static func read(_ path: String, into result: String) throws(Failure) {
            limitThisProcess(to: FileLimits.unpackedBytes(of: try size(of: path)))
            let content = try content(of: path)
            try write { try content.file.write(to: result, isLasting: false) }
        }

        private static func size(of path: String) throws(Failure) -> Int {
            var status = stat()
            guard stat(path, &status) == 0 else { throw Failure(code: EX_NOINPUT, sentence: "the file cannot be read") }
            return Int(status.st_size)
        }

        /// What a file holds, as far as Keras uses it.
        static func content(of path: String) throws(Failure) -> HDF5Content {
            let size = try size(of: path)
            let reading = Reading()
            var limits = hdf5_limits(
                bytes: FileLimits.unpackedBytes(of: size), text_bytes: size, objects: FileLimits.hdf5Objects,
                rank: FileLimits.rank, depth: FileLimits.hdf5Depth)
            // Of models, the optimizer's state is not used.
            let outcome = withTexts(["optimizer", "optimizer_weights"]) { skipped in
                var visitor = hdf5_visitor(
                    context: Unmanaged.passUnretained(reading).toOpaque(), group: addGroup, attribute: addAttribute,
                    dataset: addDataset)
                return hdf5_read(path, &limits, skipped, &visitor)
            }
            if let sentence = reading.problem ?? sentence(for: outcome) {
                throw Failure(code: EX_DATAERR, sentence: sentence)
            }
            return reading.content
        }

        static func write(_ source: String, to path: String) throws(Failure) {
            guard let file = try? SafetensorsFile.read(source), let content = HDF5Content(file) else {
                throw Failure(code: EX_DATAERR, sentence: "what should be written is not in the form expected")
            }
            guard let writer = hdf5_create(path) else { throw unwritten }
            var isWritten = true
            for group in content.groups { isWritten = isWritten && hdf5_write_group(writer, group) == HDF5_DONE }
            for name in content.datasets.names {
                guard let tensor = content.datasets[name] else { continue }
                let shape = tensor.shape.map { UInt64($0) }
                let outcome = tensor.withUnsafeBufferPointer {
                    hdf5_write_dataset(writer, name, shape, shape.count, $0.baseAddress)
                }
                isWritten = isWritten && outcome == HDF5_DONE
            }
            for (group, named) in content.attributes.sorted(by: { $0.key < $1.key }) {
                for (name, attribute) in named.sorted(by: { $0.key < $1.key }) {
                    isWritten = isWritten && write(attribute, name, of: group, writer) == HDF5_DONE
                }
            }
            isWritten = hdf5_close(writer) == HDF5_DONE && isWritten
            guard isWritten else { throw unwritten }
        }

        private static let unwritten = Failure(
            code: EX_IOERR, sentence: "libhdf5 cannot write the file; free some space in the folder for temporary files"
        )

        private static func write(_ body: () throws -> Void) throws(Failure) {
            do {
                try body()
            } catch {
                throw Failure(code: EX_IOERR, sentence: (error as? ConvNetError)?.message ?? "\(error)")
            }
        }

        private static func write(
            _ attribute: HDF5Content.Attribute, _ name: String, of group: String, _ writer: OpaquePointer
        ) -> hdf5_status {
            let (texts, isArray): ([String], Int32) =
                switch attribute {
                case .text(let text): ([text], 0)
                case .texts(let texts): (texts, 1)
                }
            return withTexts(texts) {
                hdf5_write_attribute(writer, group.isEmpty ? "/" : group, name, $0, texts.count, isArray)
            }
        }

        // MARK: - Limits

        /// A file cannot take more than what it may hold, three times over, and a minute of computing.
        private static func limitThisProcess(to bytes: Int) {
            func limit(_ resource: __rlimit_resource, _ value: Int) {
                var bound = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
                setrlimit(__rlimit_resource_t(resource.rawValue), &bound)
            }
            let room = min(bytes, FileLimits.arrayBytes * 4)
            limit(RLIMIT_AS, 1 << 30 + 3 * room)
            limit(RLIMIT_DATA, 1 << 26 + 3 * room)
            limit(RLIMIT_FSIZE, 1 << 27 + 2 * room)
            limit(RLIMIT_CPU, 60)
            limit(RLIMIT_CORE, 0)
        }

        private static func sentence(for status: hdf5_status) -> String? {
            switch status {
            case HDF5_DONE: nil
            case HDF5_LIMIT:
                "its HDF5 holds more than a file of its size may: too many objects, axes, levels of groups, or bytes once "
                    + "unpacked; save the model again"
            case HDF5_FOREIGN: "its HDF5 refers to other files, which are not opened; save the model again"
            default: "its HDF5 is damaged or not HDF5 at all; save the model again"
            }
        }

        /// C strings, followed by a null.
        private static func withTexts<Result>(
            _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
        ) -> Result {
            let copies = texts.map { strdup($0) }
            defer { for copy in copies { free(copy) } }
            return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }

    /// What has been read so far.
    private final class Reading {
        var content = HDF5Content()
        /// Why reading cannot go on.
        var problem: String?
    }

    private func reading(_ context: UnsafeMutableRawPointer?) -> Reading? {
        context.map { Unmanaged<Reading>.fromOpaque($0).takeUnretainedValue() }
    }

    private func addGroup(_ context: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?) -> Int32 {
        guard let reading = reading(context), let path = path.flatMap({ String(validatingCString: $0) }) else {
            return 1
        }
        reading.content.add(group: path)
        return 0
    }

    private func addAttribute(
        _ context: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
        _ texts: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ isArray: Int32
    ) -> Int32 {
        let all = (0..<count).compactMap { index in texts?[index].flatMap { String(validatingCString: $0) } }
        guard let reading = reading(context), let path = path.flatMap({ String(validatingCString: $0) }),
            let name = name.flatMap({ String(validatingCString: $0) }), all.count == count
        else { return 1 }
        reading.content.set(name, of: path, to: isArray == 0 ? .text(all.first ?? "") : .texts(all))
        return 0
    }

    private func addDataset(
        _ context: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?, _ shape: UnsafePointer<UInt64>?,
        _ rank: Int,
        _ values: UnsafePointer<Float>?, _ count: Int
    ) -> Int32 {
        guard let reading = reading(context), let path = path.flatMap({ String(validatingCString: $0) }) else {
            return 1
        }
        guard (1...FileLimits.nameBytes).contains(path.utf8.count), reading.content.datasets[path] == nil else {
            reading.problem = "its HDF5 names a dataset with more than \(FileLimits.nameBytes) bytes; use shorter names"
            return 1
        }
        let sizes = (0..<rank).map { Int(shape?[$0] ?? 0) }
        reading.content.datasets[path] = Tensor(
            shape: sizes, scalars: Array(UnsafeBufferPointer(start: values, count: count)))
        return 0
    }
#endif
