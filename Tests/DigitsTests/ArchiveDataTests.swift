import Foundation
import Testing

@testable import ConvNet

/// Packed files as data: NumPy's archives, and tables as gzip.
@Suite struct ArchiveDataTests {
    /// Writes the drawn digits as Keras's `mnist.npz` has MNIST.
    private func writeArchive(_ workspace: Workspace, leavingOut left: String? = nil) throws -> String {
        let path = workspace.path("digits.npz")
        let arrays = [
            ("x_train", DrawnDigits.trainImages, "300, 28, 28", 16), ("y_train", DrawnDigits.trainLabels, "300,", 8),
            ("x_test", DrawnDigits.testImages, "100, 28, 28", 16), ("y_test", DrawnDigits.testLabels, "100,", 8),
        ]
        try AtomicFile.write(to: path) { sink in
            var writer = ZipWriter(path: path)
            for (name, file, shape, skipped) in arrays where name != left {
                let header = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
                let content = try workspace.bytes("data/\(file)").dropFirst(skipped)
                try writer.add(
                    "\(name).npy", [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + content,
                    to: &sink)
            }
            try writer.finish(&sink)
        }
        return path
    }

    @Test func readsTheSameFromAnArchive() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        let (archive, run) = (try writeArchive(workspace), workspace.path("run"))
        let fromFiles = try digits("evaluate", run, "--data", workspace.data, "--json").json()
        let fromArchive = try digits("evaluate", run, "--data", archive, "--json").json()
        #expect(fromFiles["loss"] as? Double == fromArchive["loss"] as? Double)
        #expect(fromArchive["count"] as? Int == 100)
        expectFailure(
            try digits("evaluate", run, "--data", try writeArchive(workspace, leavingOut: "y_test")), code: 65,
            naming: archive, "y_test")
    }

    @Test(arguments: [#"' '"#, #"'\n'"#])
    func refusesABombBeforeItIsUnpacked(filling: String) throws {
        let workspace = try Workspace(withData: false)
        let bomb = workspace.path("bomb.csv")
        let packing = Process()
        packing.executableURL = URL(filePath: "/bin/bash")
        packing.arguments = [
            "-c", "{ printf 'label,a\\n1,0'; head -c 100M /dev/zero | tr '\\0' \(filling); } | gzip > \"$0\"", bomb,
        ]
        try packing.run()
        packing.waitUntilExit()
        try #require(packing.terminationStatus == 0)
        let outcome = try digits("data", "verify", bomb, after: "ulimit -d 204800")
        expectFailure(outcome, code: 65, naming: bomb)
        #expect(["is longer than", "empty lines"].contains { outcome.errors.contains($0) })
    }
}
