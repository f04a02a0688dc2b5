import Foundation
import Testing

@testable import ConvNet

@Suite struct IDXFileTests {
    /// An IDX file of bytes with the given dimensions and elements.
    private static func idx(_ dimensions: [UInt32], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
        let lengths = dimensions.flatMap { length in (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xff) } }
        return [0, 0, type, UInt8(dimensions.count)] + lengths + elements
    }

    private static let tiny = idx([2, 1, 3], [1, 2, 3, 4, 5, 255])

    private func read(_ bytes: [UInt8]) throws -> IDXFile {
        try withTemporaryFolder { folder in
            try write(bytes, to: "\(folder)/file")
            return try IDXFile.read("\(folder)/file")
        }
    }

    /// The error that reading gives; nil where there is none.
    private func failure(_ bytes: [UInt8]) throws -> ConvNetError? {
        do {
            _ = try read(bytes)
            return nil
        } catch let error as ConvNetError {
            return error
        }
    }

    @Test(arguments: [tiny, gzip(tiny)])
    func readsPlainAndGzip(bytes: [UInt8]) throws {
        let file = try read(bytes)
        #expect(file.dimensions == [2, 1, 3])
        #expect(file.bytes == [1, 2, 3, 4, 5, 255])
    }

    @Test func readsMoreThanOneBuffer() throws {
        let elements = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let bytes = Self.idx([300, 1000], elements)
        #expect(try read(bytes).bytes == elements)
        #expect(try read(gzip(bytes)).bytes == elements)
    }

    @Test func readsGzipOfSeveralMembers() throws {
        for cut in 0...Self.tiny.count {
            let members = gzip(Array(Self.tiny[..<cut])) + gzip(Array(Self.tiny[cut...]))
            #expect(try read(members).bytes == [1, 2, 3, 4, 5, 255])
        }
    }

    @Test(arguments: [tiny, gzip(tiny)])
    func refusesAFileCutAtAnyByte(bytes: [UInt8]) throws {
        for length in 0..<bytes.count {
            let error = try #require(try failure(Array(bytes[..<length])), "cut at \(length)")
            #expect(error.kind == .invalidData)
            #expect(error.path?.hasSuffix("/file") == true)
        }
    }

    @Test(arguments: [tiny, gzip(tiny)])
    func refusesOneByteTooMany(bytes: [UInt8]) throws {
        for byte: UInt8 in [0, 0x1f, 7] {
            #expect(try failure(bytes + [byte])?.kind == .invalidData)
        }
        #expect(try failure(gzip(Self.tiny + [0]))?.message.contains("more bytes") == true)
    }

    /// The checksum finds every flipped bit that reaches the content. The others lie in fields of gzip's header that
    /// mean nothing here (ten bytes at most), or in the up to seven bits that fill the stream's last byte.
    @Test func refusesEveryFlippedBitThatMatters() throws {
        let bytes = gzip(Self.tiny)
        var refused = 0
        for bit in 0..<8 * bytes.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            if let error = try failure(damaged) {
                #expect(error.kind == .invalidData)
                refused += 1
            } else {
                #expect(try read(damaged).bytes == [1, 2, 3, 4, 5, 255], "bit \(bit)")
            }
        }
        #expect(refused >= 8 * (bytes.count - 10) - 7)
    }

    private static let liars: [([UInt8], String)] = [
        ([], "not an IDX file"),
        ([0, 0, 8], "not an IDX file"),
        ([1, 0, 8, 1, 0, 0, 0, 1, 5], "not an IDX file"),
        ([0, 1, 8, 1, 0, 0, 0, 1, 5], "not an IDX file"),
        (Array("P5 28 28 255 a picture".utf8), "not an IDX file"),
        (idx([1], [0, 0, 0, 0], type: 0x0d), "type 13"),
        (idx([1], [5], type: 9), "type 9"),
        (idx([], []), "0 dimensions"),
        ([0, 0, 8, 9] + [UInt8](repeating: 1, count: 40), "9 dimensions"),
        ([0, 0, 8, 255], "255 dimensions"),
        ([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0], "inside its header"),
        (idx([0], []), "no elements"),
        (idx([0, 28, 28], []), "no elements"),
        (idx([2, 0], []), "no elements"),
        (idx([.max], [1, 2, 3]), "fewer bytes"),
        (idx([65536, 65536], [1, 2, 3]), "fewer bytes"),
        (idx([65536, 65537], [1, 2, 3]), "more than 4 GiB"),
        (idx([.max, .max], []), "more than 4 GiB"),
        (idx([.max, .max, .max, .max], []), "more than 4 GiB"),
        (idx([1 << 31, 1 << 31, 4], []), "more than 4 GiB"),
        (idx([UInt32](repeating: .max, count: 8), []), "more than 4 GiB"),
        (idx([3], [1, 2]), "fewer bytes"),
        (idx([3], [1, 2, 3, 4]), "more bytes"),
    ]

    @Test(arguments: liars)
    func refusesHeadersThatLie(bytes: [UInt8], reason: String) throws {
        let plain = try #require(try failure(bytes))
        #expect(plain.kind == .invalidData)
        #expect(plain.message.contains(reason), "\(plain.message)")
        let packed = try #require(try failure(gzip(bytes)))
        #expect(packed.kind == .invalidData)
        #expect(packed.message.contains(reason), "\(packed.message)")
    }

    /// Were the whole stream unpacked, the damage at its end would be found; it is not, since nothing is unpacked
    /// beyond the first byte that the header does not promise.
    @Test func unpacksNoMoreThanTheHeaderPromises() throws {
        var bomb = gzip(Self.idx([4], [UInt8](repeating: 0, count: 8 << 20)))
        bomb[bomb.count - 8] ^= 1
        #expect(try failure(bomb)?.message.contains("more bytes") == true)
    }

    /// A small file is not trusted to hold 4 GiB.
    @Test func believesNoPromiseThatTheFileCannotKeep() throws {
        try withTemporaryFolder { folder in
            let bytes = gzip(Self.idx([65536, 65535], []))
            try write(bytes, to: "\(folder)/file")
            #expect(try ByteReader(path: "\(folder)/file").largestCount == bytes.count * 200 + 1 << 23)
        }
        #expect(try failure(gzip(Self.idx([65536, 65535], [])))?.message.contains("more than 200 to 1") == true)
    }

    /// Nothing but zeros: packed a thousand to one, but not large.
    @Test func readsSmallFilesHoweverWellTheyArePacked() throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 23)
        #expect(try read(gzip(Self.idx([1 << 23], zeros))).bytes == zeros)
    }

    @Test func namesWhatIsNotAFile() throws {
        try withTemporaryFolder { folder in
            func failure(_ path: String) throws -> ConvNetError {
                try #require(throws: ConvNetError.self) { try IDXFile.read(path) }
            }
            #expect(
                try failure(folder)
                    == ConvNetError(.missingInput, path: folder, "this is a folder; name a file"))
            let missing = "\(folder)/nothing"
            #expect(
                try failure(missing)
                    == ConvNetError(.missingInput, path: missing, "there is no such file; check the path"))
            try write([1], to: "\(folder)/file")
            #expect(try failure("\(folder)/file/deeper").kind == .missingInput)
            #expect(try failure("/dev/null").message.contains("not a regular file"))
        }
    }

    @Test func saysThatAFileMayNotBeRead() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryFolder { folder in
                let path = "\(folder)/file"
                try write([1], to: path)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
                try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
                let error = try #require(throws: ConvNetError.self) {
                    try withoutPrivileges { try IDXFile.read(path) }
                }
                #expect(error.kind == .missingInput)
                #expect(error.message.contains("may not be read"))
            }
        }
    }
}
