import Foundation
import Testing

@testable import ConvNet

@Suite struct FolderWriterTests {
    private struct Failure: Error {}

    @Test func writesAllFilesAndTheFoldersOnTheWay() throws {
        try withTemporaryFolder { folder in
            try FolderWriter.write(to: "\(folder)/new/data/") { writer in
                try writer.write([1, 2], to: "a/b/one")
                try writer.write([], to: "a/b/two")
                try writer.write([3], to: "top")
                #expect(try contents(of: "\(folder)/new").allSatisfy { $0.hasPrefix(".") })
            }
            #expect(try contents(of: "\(folder)/new") == ["data"])
            #expect(try contents(of: "\(folder)/new/data/a/b") == ["one", "two"])
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/new/data/a/b/one")) == Data([1, 2]))
        }
    }

    @Test func leavesNothingWhereItFails() throws {
        try withTemporaryFolder { folder in
            #expect(throws: Failure.self) {
                try FolderWriter.write(to: "\(folder)/data") { writer in
                    try writer.write([1], to: "a/one")
                    throw Failure()
                }
            }
            let left = try contents(of: folder)
            #expect(left == [])
        }
    }

    @Test func replacesOnlyAnEmptyFolder() throws {
        try withTemporaryFolder { folder in
            try FolderWriter.write(to: "\(folder)/data") { try $0.write([1], to: "one") }
            try write([1], to: "\(folder)/file")
            for path in ["\(folder)/data", "\(folder)/file", "", "/"] {
                let error = try #require(throws: ConvNetError.self) {
                    try FolderWriter.write(to: path) { try $0.write([2], to: "one") }
                }
                #expect(error.kind == .cannotCreate)
            }
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/data/one")) == Data([1]))
            try FileManager.default.removeItem(atPath: "\(folder)/data/one")
            try FolderWriter.write(to: "\(folder)/data") { try $0.write([2], to: "one") }
            #expect(try contents(of: "\(folder)/data") == ["one"])
        }
    }

    @Test func listsAFolderSortedWithoutWhatIsHidden() throws {
        try withTemporaryFolder { folder in
            try write([], to: "\(folder)/b")
            try write([], to: "\(folder)/.hidden")
            try FileManager.default.createDirectory(atPath: "\(folder)/a", withIntermediateDirectories: false)
            let entries = try Folder.contents(of: folder)
            #expect(entries.map(\.name) == ["a", "b"])
            #expect(entries.map(\.isFolder) == [true, false])
            for path in ["\(folder)/nowhere", "\(folder)/b"] {
                let error = try #require(throws: ConvNetError.self) { try Folder.contents(of: path) }
                #expect(error.kind == .missingInput)
            }
        }
    }
}
