import Foundation
import Testing

@testable import ConvNet

@Suite struct ZipArchiveTests {
    /// A fixture that NumPy wrote, as bytes.
    private static func fixture(_ name: String) -> [UInt8] {
        let url = Bundle.module.url(forResource: name, withExtension: "npz", subdirectory: "Fixtures/interop")
        return url.flatMap { try? Array(Data(contentsOf: $0)) } ?? []
    }

    private func readAll(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let archive = try ZipArchive(ZipSource(bytes, path: "file"))
        return try archive.entries.map { try archive.read($0) }
    }

    private func failure(_ bytes: [UInt8]) throws -> ConvNetError? {
        do {
            _ = try readAll(bytes)
            return nil
        } catch let error as ConvNetError {
            return error
        }
    }

    /// An archive of this library with some entries, stored.
    private func archive(_ entries: [(String, [UInt8])]) throws -> [UInt8] {
        try withTemporaryFolder { folder in
            try AtomicFile.write(to: "\(folder)/a") { sink in
                var writer = ZipWriter(path: "a")
                for (name, bytes) in entries { try writer.add(name, bytes, to: &sink) }
                try writer.finish(&sink)
            }
            return Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a")))
        }
    }

    @Test func readsAFileAsItReadsBytes() throws {
        let bytes = try archive([("a", [1, 2, 3]), ("b/c", []), ("d", [UInt8](repeating: 7, count: 100_000))])
        let inMemory = try readAll(bytes)
        #expect(inMemory == [[1, 2, 3], [], [UInt8](repeating: 7, count: 100_000)])
        try withTemporaryFolder { folder in
            try write(bytes, to: "\(folder)/a.zip")
            let file = try ZipArchive(path: "\(folder)/a.zip")
            #expect(file.entries.map(\.name) == ["a", "b/c", "d"])
            #expect(try file.entries.map { try file.read($0) } == inMemory)
        }
    }

    @Test(arguments: ["packed", "streamed"])
    func refusesAFileCutAtAnyByte(name: String) throws {
        let bytes = Self.fixture(name)
        #expect(try readAll(bytes).isEmpty == false)
        for length in 0..<bytes.count {
            let error = try #require(try failure(Array(bytes[..<length])), "cut at \(length)")
            #expect(error.kind == .invalidData)
        }
    }

    /// Whatever byte is changed, the content is the same or reading ends with an error: dates and the like do not matter,
    /// everything else is stated twice or has a checksum.
    @Test(arguments: ["packed", "streamed"])
    func noticesAChangedByte(name: String) throws {
        let bytes = Self.fixture(name)
        let content = try readAll(bytes)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x41
            do {
                #expect(try readAll(changed) == content, "byte \(place)")
            } catch let error as ConvNetError {
                #expect(error.kind == .invalidData)
            }
        }
    }

    @Test(arguments: ["../a", "/etc/passwd", "a/../../b", "a\\b", "a\u{0}b", "", String(repeating: "n", count: 257)])
    func refusesNames(name: String) throws {
        #expect(try failure(try archive([(name, [1])]))?.kind == .invalidData)
    }

    @Test func refusesNamesThatOccurTwice() throws {
        #expect(try failure(try archive([("a", [1]), ("a", [2])]))?.message.contains("occurs twice") == true)
    }

    @Test func refusesWhatLiesBeforeBetweenAndAfter() throws {
        let bytes = try archive([("a", [1]), ("b", [2])])
        #expect(try failure([0] + bytes) != nil)
        #expect(try failure(bytes + [0]) != nil)
        // The directory names only the second entry.
        let directory = bytes.count - 22 - 2 * 47
        var one = Array(bytes[..<directory]) + bytes[(directory + 47)...]
        let end = one.count - 22
        one[end + 8] = 1
        one[end + 10] = 1
        one[end + 12] = 47
        #expect(try failure(one)?.message.contains("overlap or leave gaps") == true)
        // Both records name the first entry's place.
        var overlapping = bytes
        overlapping.replaceSubrange(directory + 47..<directory + 94, with: bytes[directory..<directory + 47])
        overlapping[directory + 47 + 46] = UInt8(ascii: "b")
        #expect(try failure(overlapping) != nil)
    }

    @Test func refusesEncryptionAndOtherPackings() throws {
        let bytes = try archive([("a", [1])])
        let directory = bytes.count - 22 - 47
        var encrypted = bytes
        encrypted[6] |= 1
        encrypted[directory + 8] |= 1
        #expect(try failure(encrypted)?.message.contains("is encrypted") == true)
        var packed = bytes
        packed[8] = 14
        packed[directory + 10] = 14
        #expect(try failure(packed)?.message.contains("method 14") == true)
    }

    @Test func refusesToUnpackMoreThanAFileOfItsSizeMayHold() throws {
        // A stored entry that claims 2 GiB in both places.
        var bytes = try archive([("a", [1])])
        let directory = bytes.count - 22 - 47
        for place in [22, directory + 24] { bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0, 0x80]) }
        for place in [8, directory + 10] { bytes[place] = 8 }
        #expect(try failure(bytes)?.message.contains("would unpack to more than") == true)
    }

    @Test func saysWhatIsNoZipFile() throws {
        #expect(try failure(Array("no archive".utf8))?.message.contains("not a zip file") == true)
        #expect(try failure([])?.message.contains("not a zip file") == true)
    }
}
