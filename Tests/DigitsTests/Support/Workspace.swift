import Foundation

/// A new folder for a test, with the drawn digits in `data`; removed at the end.
final class Workspace {
    let folder: String
    var data: String { "\(folder)/data" }

    init(withData: Bool = true) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "digits-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        if withData { try DrawnDigits.write(to: data) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path(name))))
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// Names in a folder of the workspace, hidden ones included.
    func contents(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    /// Trains briefly into the folder `run`.
    @discardableResult
    func train(_ arguments: String..., run: String = "run", model: String = "mlp-deep") throws -> Outcome {
        try RunningCommand(
            ["train", "--model", model, "--data", data, "--batch-size", "32", "--out", path(run)] + arguments
        ).wait()
    }
}
