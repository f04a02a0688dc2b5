import ConvNet

/// Fetches the files of a data set that are not there yet, each from the first mirror that has it.
///
/// A file gets its name only when its size and SHA-256 are the published ones; until then its bytes are in a temporary
/// file beside it, which is gone whatever happens. A mirror that failed is not asked again.
public struct DatasetDownload {
    /// How far a file has come.
    public struct Progress: Sendable {
        /// The file.
        public let file: PublishedFile
        /// Bytes until now; the file's size when it has its name.
        public let received: Int
        /// The mirror that sends it, without what every address has.
        public let mirror: String
    }

    /// Somebody asked to stop.
    public struct Cancelled: Error {}

    /// No mirror gave a file.
    public struct Unavailable: Error {
        /// What each mirror did, in a few words.
        public let reasons: [String]
    }

    private let dataset: PublishedDataset
    private let mirrors: [String]
    private let limits: Transfer.Limits

    /// - Parameters:
    ///   - dataset: What to fetch.
    ///   - mirrors: Addresses to fetch from instead of the data set's own: `https:`, `http:` or `file:`.
    ///   - patience: Seconds until a mirror that cannot be connected to, or sends nothing, is given up.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where an address is of another sort.
    public init(_ dataset: PublishedDataset, mirrors: [String] = [], patience: Int = 20) throws {
        for mirror in mirrors where !["https:", "http:", "file:"].contains(where: mirror.hasPrefix) {
            throw ConvNetError(
                .invalidArgument,
                "the mirror \(mirror) is no address; give one that begins with https:, http: or file:, such as "
                    + "file:///media/data/\(dataset.name)")
        }
        self.dataset = dataset
        self.mirrors = mirrors.isEmpty ? dataset.mirrors : mirrors
        limits = Transfer.Limits(connecting: patience, stalling: patience)
    }

    /// Fetches what is missing, or is not as it was published.
    ///
    /// - Parameters:
    ///   - folder: Where the files go; it is made where it is missing.
    ///   - isCancelled: Asked about once a second and more often; true ends the work.
    ///   - onProgress: Told of each piece.
    /// - Returns: The files that were fetched; none where all were there.
    /// - Throws: ``Unavailable``; ``Cancelled``; ``ConvNetError`` of kind `cannotCreate` or `inputOutput` where the files
    ///   cannot be written. Files that had come by then stay.
    public func run(
        into folder: String, isCancelled: @escaping () -> Bool = { false },
        onProgress: @escaping (Progress) -> Void = { _ in }
    ) throws -> [PublishedFile] {
        let missing = try dataset.files.filter { try $0.state(in: folder) != .asPublished }
        guard !missing.isEmpty else { return [] }
        _ = try Folder.make(folder)
        var remaining = mirrors[...]
        var reasons: [String] = []
        for file in missing {
            while true {
                guard let mirror = remaining.first else { throw Unavailable(reasons: reasons) }
                do {
                    try fetch(file, from: mirror, into: folder, isCancelled, onProgress)
                    break
                } catch let failure as Transfer.Failure {
                    reasons.append("\(Self.shortName(of: mirror)) \(failure.reason)")
                    remaining.removeFirst()
                }
            }
        }
        return missing
    }

    private func fetch(
        _ file: PublishedFile, from mirror: String, into folder: String, _ isCancelled: @escaping () -> Bool,
        _ onProgress: @escaping (Progress) -> Void
    ) throws {
        let source = Self.shortName(of: mirror)
        let hash = try SHA256()
        var count = 0
        do {
            try AtomicFile.write(to: "\(folder)/\(file.name)") { sink in
                try withUnsafeMutablePointer(to: &sink) { sink in
                    let transfer = Transfer(
                        url: mirror + (mirror.hasSuffix("/") ? "" : "/") + file.name, limits: limits,
                        isCancelled: isCancelled
                    ) { bytes in
                        count += bytes.count
                        guard count <= file.size else {
                            throw Transfer.Failure(reason: "sent more than the \(file.size) bytes of \(file.name)")
                        }
                        hash.add(bytes)
                        try sink.pointee.write(bytes)
                        onProgress(Progress(file: file, received: count, mirror: source))
                    }
                    try transfer.run()
                }
                guard count == file.size else {
                    throw Transfer.Failure(reason: "sent \(count) of the \(file.size) bytes of \(file.name)")
                }
                guard try hash.digest() == file.sha256 else {
                    throw Transfer.Failure(reason: "sent other bytes than those published as \(file.name)")
                }
            }
        } catch is Transfer.Cancelled {
            throw Cancelled()
        }
    }

    /// The host of an address, or all of it where it has none.
    private static func shortName(of mirror: String) -> String {
        let parts = mirror.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, !parts[2].isEmpty else { return mirror }
        return String(parts[2].split(separator: "@").last ?? parts[2])
    }
}
