import ConvNet
import Foundation
import Testing
import WaywardServer

@testable import Downloads

/// Fetching from a server that also misbehaves. Whatever it does, a file is there whole or not at all.
@Suite struct DatasetDownloadTests {
    private static let contents: [String: [UInt8]] = [
        "images": (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 * $0) >> 3) },
        "labels": Array("5041".utf8),
    ]

    /// SHA-256 as `sha256sum` says it.
    private static let dataset = PublishedDataset(
        name: "small", title: "Small",
        files: [
            PublishedFile(
                name: "images", size: 300_000,
                sha256: "94cd1d1bb9f2d4fd420b7b43fd050392c70bb269a268f806cce386d26c95717b"),
            PublishedFile(
                name: "labels", size: 4, sha256: "a1e93f34271e6752df357f191a86f17f7aba8b3dc328536a5f80331f6c03a959"),
        ], mirrors: [])

    private static func content(of target: String) -> [UInt8] {
        contents[String(target.split(separator: "/").last ?? "")] ?? []
    }

    /// A server that has the files, and one that answers for the images as it is told.
    private static func server(
        images: @escaping @Sendable (_ content: [UInt8]) -> WaywardServer.Answer
    ) throws -> WaywardServer {
        try WaywardServer { target in
            let content = content(of: target)
            return target.hasSuffix("images") ? images(content) : .content(content)
        }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "downloads-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func fetch(_ servers: [WaywardServer], into folder: String, patience: Int = 20) throws -> [String] {
        try DatasetDownload(Self.dataset, mirrors: servers.map(\.address), patience: patience).run(into: folder).map(
            \.name)
    }

    private func expectAllFiles(in folder: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["images", "labels"], sourceLocation: sourceLocation)
        for (name, content) in Self.contents {
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            #expect(Array(bytes) == content, sourceLocation: sourceLocation)
        }
    }

    @Test func fetchesWhatIsMissingAndNothingTwice() throws {
        try withFolder { folder in
            let server = try Self.server { .content($0) }
            defer { server.end() }
            #expect(try fetch([server], into: "\(folder)/a/b") == ["images", "labels"])
            try expectAllFiles(in: "\(folder)/a/b")
            #expect(server.requests == ["GET /images HTTP/1.1", "GET /labels HTTP/1.1"])
            #expect(try fetch([server], into: "\(folder)/a/b") == [])
            #expect(server.requests.count == 2)
            try Data("5042".utf8).write(to: URL(filePath: "\(folder)/a/b/labels"))
            #expect(try fetch([server], into: "\(folder)/a/b") == ["labels"])
            try expectAllFiles(in: "\(folder)/a/b")
        }
    }

    struct Misdeed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let images: @Sendable (_ content: [UInt8]) -> WaywardServer.Answer

        init(
            _ name: String, says reason: String,
            _ images: @escaping @Sendable (_ content: [UInt8]) -> WaywardServer.Answer
        ) {
            testDescription = name
            self.reason = reason
            self.images = images
        }
    }

    @Test(arguments: [
        Misdeed("403", says: "answered 403 Forbidden") { _ in .status(403) },
        Misdeed("404", says: "answered 404 Not Found") { _ in .status(404) },
        Misdeed("500", says: "answered 500 Internal Server Error") { _ in .status(500) },
        Misdeed("redirect loop", says: "redirects without end") { _ in .redirect("/images") },
        Misdeed("redirect to a file", says: "leads to an address that is not http: or https:") { _ in
            .redirect("file:///etc/passwd")
        },
        Misdeed("cut connection", says: "broke off") { .cut($0, after: 100_000) },
        Misdeed("cut before the first byte", says: "broke off") { .cut($0, after: 0) },
        Misdeed("too short", says: "sent 299999 of the 300000 bytes of images") { .content($0.dropLast()) },
        Misdeed("too short, unannounced", says: "sent 299999 of the 300000 bytes of images") {
            .unannounced($0.dropLast())
        },
        Misdeed("too long", says: "sent more than the 300000 bytes of images") { .content($0 + [0]) },
        Misdeed("far too long", says: "sent more than the 300000 bytes of images") { _ in
            .unannounced([UInt8](repeating: 0, count: 10_000_000))
        },
        Misdeed("one wrong bit", says: "sent other bytes than those published as images") { content in
            .content(content.dropLast() + [(content.last ?? 0) ^ 1])
        },
        Misdeed("a page instead of the file", says: "sent 11 of the 300000 bytes") { _ in
            .content(Array("<html/>\n\n\n\n".utf8))
        },
        Misdeed("never answers", says: "did not answer in time") { _ in .silence },
        Misdeed("stops in the middle", says: "did not answer in time") { .stall($0, after: 100_000) },
    ])
    func goesOnWithTheNextMirror(_ misdeed: Misdeed) throws {
        try withFolder { folder in
            let bad = try Self.server(images: misdeed.images)
            let good = try Self.server { .content($0) }
            defer {
                bad.end()
                good.end()
            }
            let error = try #require(throws: DatasetDownload.Unavailable.self) {
                try fetch([bad], into: folder, patience: 2)
            }
            #expect(error.reasons.count == 1)
            #expect(
                error.reasons.first?.hasPrefix("127.0.0.1:\(bad.port) \(misdeed.reason)") == true, "\(error.reasons)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])

            #expect(try fetch([bad, good], into: folder, patience: 2) == ["images", "labels"])
            try expectAllFiles(in: folder)
            // A mirror that failed once is not asked again.
            #expect(!bad.requests.contains("GET /labels HTTP/1.1"))
        }
    }

    @Test func followsARedirectAndKeepsWhatCameBeforeAFailure() throws {
        try withFolder { folder in
            let server = try WaywardServer { target in
                switch target {
                case "/images": .redirect("/elsewhere/images")
                case "/elsewhere/images": .content(Self.content(of: target))
                default: .status(403)
                }
            }
            let good = try Self.server { .content($0) }
            defer {
                server.end()
                good.end()
            }
            #expect(throws: DatasetDownload.Unavailable.self) { try fetch([server], into: folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["images"])
            #expect(try fetch([good], into: folder) == ["labels"])
            #expect(good.requests == ["GET /labels HTTP/1.1"])
            try expectAllFiles(in: folder)
        }
    }

    @Test func keepsAFileThatIsThereUntilARightOneHasCome() throws {
        try withFolder { folder in
            let server = try Self.server { .cut($0, after: 100_000) }
            defer { server.end() }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try Data("old".utf8).write(to: URL(filePath: "\(folder)/images"))
            #expect(throws: DatasetDownload.Unavailable.self) { try fetch([server], into: folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["images"])
            #expect(try String(contentsOfFile: "\(folder)/images", encoding: .utf8) == "old")
        }
    }

    @Test func stopsWhenAskedAndLeavesNothingHalfWritten() throws {
        try withFolder { folder in
            let server = try Self.server { .stall($0, after: 100_000) }
            defer { server.end() }
            let download = try DatasetDownload(Self.dataset, mirrors: [server.address])
            var received = 0
            #expect(throws: DatasetDownload.Cancelled.self) {
                try download.run(into: folder, isCancelled: { received > 0 }, onProgress: { received = $0.received })
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func tellsHowFarItIs() throws {
        try withFolder { folder in
            let server = try Self.server { .content($0) }
            defer { server.end() }
            var steps: [DatasetDownload.Progress] = []
            _ = try DatasetDownload(Self.dataset, mirrors: [server.address])
                .run(into: folder, onProgress: { steps.append($0) })
            let images = steps.filter { $0.file.name == "images" }.map(\.received)
            #expect(images == images.sorted())
            #expect(images.last == 300_000)
            #expect(steps.last?.received == 4)
            #expect(Set(steps.map(\.mirror)) == ["127.0.0.1:\(server.port)"])
        }
    }

    @Test func readsAFolderAsAMirror() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/a b", withIntermediateDirectories: true)
            for (name, content) in Self.contents {
                try Data(content).write(to: URL(filePath: "\(folder)/a b/\(name)"))
            }
            let escaped = folder.replacing(" ", with: "%20")
            for (number, mirror) in ["file://\(escaped)/a%20b", "file://\(escaped)/a%20b/"].enumerated() {
                let download = try DatasetDownload(Self.dataset, mirrors: [mirror])
                #expect(try download.run(into: "\(folder)/\(number)").count == 2)
                try expectAllFiles(in: "\(folder)/\(number)")
            }
            let nowhere = "file://\(escaped)/nowhere"
            let error = try #require(throws: DatasetDownload.Unavailable.self) {
                try DatasetDownload(Self.dataset, mirrors: [nowhere]).run(into: "\(folder)/c")
            }
            #expect(error.reasons == ["\(nowhere) has no such file"])
        }
    }

    @Test(arguments: ["", "ftp://example.com", "/mnist", "example.com/mnist"])
    func refusesWhatIsNoAddress(mirror: String) throws {
        let error = try #require(throws: ConvNetError.self) { try DatasetDownload(Self.dataset, mirrors: [mirror]) }
        #expect(error.kind == .invalidArgument)
    }

    @Test func saysWhereTheFilesCannotBeWritten() throws {
        try withFolder { folder in
            let server = try Self.server { .content($0) }
            defer { server.end() }
            try Data().write(to: URL(filePath: folder))
            let error = try #require(throws: ConvNetError.self) { try fetch([server], into: folder) }
            #expect(error.kind == .cannotCreate)
            #expect(server.requests == [])
        }
    }

    @Test(arguments: PublishedDataset.all)
    func pinsEveryFileOfWhatIsPublished(dataset: PublishedDataset) {
        #expect(dataset.files.count == 4)
        #expect(dataset.mirrors.count >= 2)
        for file in dataset.files {
            #expect(file.size > 0)
            #expect(file.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil)
            #expect(file.name.hasSuffix("-ubyte.gz"))
        }
    }
}
