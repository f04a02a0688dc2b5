import Foundation
import Testing

@testable import ConvNet

@Suite struct AtomicFileTests {
    private struct Stopped: Error {}

    private func text(of path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    private func failure(_ body: () throws -> Void) throws -> ConvNetError {
        try #require(throws: ConvNetError.self, performing: body)
    }

    @Test func createsAndReplaces() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try AtomicFile.write("first", to: path)
            #expect(try text(of: path) == "first")
            try AtomicFile.write("second", to: path)
            #expect(try text(of: path) == "second")
            #expect(try contents(of: folder) == ["file"])
        }
    }

    /// Pieces smaller and larger than the buffer keep their order.
    @Test func joinsPieces() throws {
        try withTemporaryFolder { folder in
            var expected: [UInt8] = []
            try AtomicFile.write(to: "\(folder)/file") { sink in
                for size in [1, 65_535, 1, 65_536, 3, 200_000, 0, 40_000, 40_000] {
                    let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 ^ size) }
                    try sink.write(piece)
                    expected += piece
                }
                try sink.write("é")
                try sink.write([Float(1)])
            }
            expected += [0xc3, 0xa9, 0, 0, 0x80, 0x3f]
            #expect(try Array(Data(contentsOf: URL(filePath: "\(folder)/file"))) == expected)
        }
    }

    @Test func leavesEverythingAsItWasWhereTheContentFails() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try AtomicFile.write("before", to: path)
            for target in [path, "\(folder)/new"] {
                #expect(throws: Stopped.self) {
                    try AtomicFile.write(to: target) { sink in
                        try sink.write([UInt8](repeating: 1, count: 100_000))
                        throw Stopped()
                    }
                }
            }
            #expect(try text(of: path) == "before")
            #expect(try contents(of: folder) == ["file"])
        }
    }

    @Test func saysWhereItCannotCreate() throws {
        try withTemporaryFolder { folder in
            let file = "\(folder)/file"
            try AtomicFile.write("x", to: file)
            for path in ["\(folder)/none/file", "\(file)/deeper", "\(folder)/new/", ""] {
                let error = try failure { try AtomicFile.write("y", to: path) }
                #expect(error.kind == .cannotCreate)
                #expect(error.path == path)
                #expect(error.message.contains("folder does not exist"))
            }
            let error = try failure { try AtomicFile.write("y", to: folder) }
            #expect(error == ConvNetError(.cannotCreate, path: folder, "this is a folder; name a file"))
            #expect(try text(of: file) == "x")
            #expect(try contents(of: folder) == ["file"])
        }
    }

    @Test func saysThatAFolderMayNotBeWrittenTo() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryFolder { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
                let error = try #require(throws: ConvNetError.self) {
                    try withoutPrivileges { try AtomicFile.write("y", to: "\(folder)/file") }
                }
                #expect(error.kind == .cannotCreate)
                #expect(error.message.contains("may not be written to"))
                #expect(try contents(of: folder) == [])
            }
        }
    }

    @Test func followsLinksAndKeepsPermissions() throws {
        try withTemporaryFolder { folder in
            let (file, link) = ("\(folder)/file", "\(folder)/link")
            try AtomicFile.write("x", to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
            try AtomicFile.write("y", to: link)
            #expect(try text(of: file) == "y")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func writesToWhatIsNotAFileWithoutReplacingIt() throws {
        try AtomicFile.write("gone", to: "/dev/null")
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
    }

    @Test func saysThatTheDiskIsFull() throws {
        let error = try failure { try AtomicFile.write("too much", to: "/dev/full") }
        #expect(error.kind == .inputOutput)
        #expect(error.path == "/dev/full")
        #expect(error.message.contains("disk is full"))
    }

    /// A file system that takes no more than 64 KiB of a file: what was written is removed again.
    @Test func leavesNothingWhereSpaceRunsOut() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            try withTemporaryFolder { folder in
                try AtomicFile.write("before", to: "\(folder)/file")
                do {
                    try AtomicFile.write(to: "\(folder)/file") { sink in
                        for _ in 0..<64 { try sink.write([UInt8](repeating: 7, count: 10_000)) }
                    }
                    exit(3)
                } catch let error as ConvNetError {
                    let kept = try String(contentsOfFile: "\(folder)/file", encoding: .utf8)
                    let names = try contents(of: folder)
                    if error.kind != .inputOutput || kept != "before" || names != ["file"] { exit(4) }
                }
            }
        }
    }
}
