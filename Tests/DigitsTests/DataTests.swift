import Foundation
import Testing
import WaywardServer

/// `digits data` and what `--data` takes, as somebody at a shell sees it.
@Suite struct DataTests {
    /// The folder of the real MNIST, as it was published, or nil where this machine has none.
    private static let mnist: String? = {
        let environment = ProcessInfo.processInfo.environment
        let roots = [
            environment["DIGITS_DATA"], environment["XDG_CACHE_HOME"].map { "\($0)/convnet" },
            environment["HOME"].map { "\($0)/.cache/convnet" },
        ]
        return roots.compactMap(\.self).flatMap { [$0, "\($0)/mnist"] }.first {
            FileManager.default.fileExists(atPath: "\($0)/train-images-idx3-ubyte.gz")
        }
    }()

    /// Serves the files of a folder.
    private static func server(_ folder: String) throws -> WaywardServer {
        try WaywardServer { target in
            let name = target.split(separator: "/").last.map { String($0) } ?? ""
            let content = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            return content.map { .content(Array($0)) } ?? .status(404)
        }
    }

    @Test(.enabled(if: mnist != nil, "MNIST is not on this machine"))
    func fetchesMNISTOnceToWhereEveryCommandFindsIt() throws {
        let server = try Self.server(try #require(Self.mnist))
        defer { server.end() }
        let workspace = try Workspace(withData: false)
        let environment = ["XDG_CACHE_HOME": workspace.folder]
        let folder = workspace.path("convnet/mnist")
        let first = try digits(
            "data", "fetch", "mnist", "--mirror", "\(server.address)/a", "--json", environment: environment)
        #expect(first.code == 0, "\(first.errors)")
        #expect(try first.json()["folder"] as? String == folder)
        #expect((try first.json()["fetched"] as? [String])?.count == 4)
        #expect(first.errors.split(separator: "\n").count == 4)
        #expect(!first.errors.contains("\u{1B}"))
        #expect(try workspace.contents("convnet/mnist").count == 4)
        #expect(server.requests.count == 4)
        #expect(server.requests.contains("GET /a/t10k-labels-idx1-ubyte.gz HTTP/1.1"))

        let second = try digits("data", "fetch", "mnist", "--mirror", server.address, environment: environment)
        #expect(second.code == 0)
        #expect(second.output.contains("nothing was fetched"))
        #expect(server.requests.count == 4)

        let check = try digits("data", "verify", "mnist", "--json", environment: environment).json()
        #expect(check["as_published"] as? String == "MNIST")
        #expect(check["train"] as? Int == 60_000)
        #expect(check["test"] as? Int == 10_000)

        let labels = workspace.path("convnet/mnist/t10k-labels-idx1-ubyte.gz")
        try FileManager.default.removeItem(atPath: labels)
        try FileManager.default.copyItem(
            atPath: workspace.path("convnet/mnist/train-labels-idx1-ubyte.gz"), toPath: labels)
        expectFailure(try digits("data", "verify", "mnist", environment: environment), code: 65, naming: labels)
        let repaired = try digits(
            "data", "fetch", "mnist", "--mirror", server.address, "--json", environment: environment)
        #expect(try repaired.json()["fetched"] as? [String] == ["t10k-labels-idx1-ubyte.gz"])
    }

    @Test(arguments: ["http_proxy", "all_proxy"])
    func asksTheProxy(variable: String) throws {
        let proxy = try WaywardServer { _ in .status(407) }
        defer { proxy.end() }
        let workspace = try Workspace(withData: false)
        var environment = ["http_proxy": "", "all_proxy": "", "ALL_PROXY": ""]
        environment[variable] = proxy.address
        let outcome = try digits(
            "data", "fetch", "mnist", "--mirror", "http://mirror.invalid/mnist", "--out", workspace.path("mnist"),
            environment: environment)
        expectFailure(outcome, code: 69, naming: "mirror.invalid", "407 Proxy Authentication Required")
        #expect(proxy.requests == ["GET http://mirror.invalid/mnist/train-images-idx3-ubyte.gz HTTP/1.1"])
    }

    @Test func asksTheProxyForEncryptedMirrorsAndNamesEachReason() throws {
        let proxy = try WaywardServer { _ in .status(403) }
        defer { proxy.end() }
        let workspace = try Workspace(withData: false)
        for name in ["mnist", "fashion-mnist"] {
            let outcome = try digits(
                "data", "fetch", name, "--out", workspace.path(name), environment: ["https_proxy": proxy.address])
            expectFailure(
                outcome, code: 69, naming: "storage.googleapis.com is refused by the proxy with 403", "--mirror")
            #expect(try workspace.contents(name) == [])
        }
        #expect(proxy.requests.contains { $0.hasPrefix("CONNECT ossci-datasets.s3.amazonaws.com:443 ") })
    }

    @Test func givesUpAMirrorThatNeverAnswers() throws {
        let server = try WaywardServer { _ in .silence }
        defer { server.end() }
        let workspace = try Workspace(withData: false)
        let outcome = try digits(
            "data", "fetch", "mnist", "--mirror", server.address, "--timeout", "1", "--out", workspace.path("mnist"))
        expectFailure(outcome, code: 69, naming: "127.0.0.1:\(server.port) did not answer in time")
        #expect(try workspace.contents("mnist") == [])
    }

    @Test func leavesNothingHalfWrittenWhenInterrupted() throws {
        let server = try WaywardServer { _ in .stall([UInt8](repeating: 0, count: 9_912_422), after: 2_000_000) }
        defer { server.end() }
        let workspace = try Workspace(withData: false)
        let command = try RunningCommand([
            "data", "fetch", "mnist", "--mirror", server.address, "--out", workspace.path("mnist"),
        ])
        command.waitUntil { (try? workspace.contents("mnist").isEmpty) == false }
        kill(command.process.processIdentifier, SIGINT)
        let outcome = try command.wait()
        #expect(outcome.code == 130)
        #expect(try workspace.contents("mnist") == [])
    }

    @Test func refusesWhatCannotBeFetched() throws {
        expectFailure(try digits("data", "fetch", "mnst"), code: 64, naming: "did you mean mnist?", "fashion-mnist")
        expectFailure(
            try digits("data", "fetch", "mnist", "--mirror", "example.com"), code: 64, naming: "example.com", "https:")
        expectFailure(try digits("data", "fetch", "mnist", "--timeout", "0"), code: 64, naming: "timeout 0")
        let workspace = try Workspace()
        let file = workspace.path("data/\(DrawnDigits.trainImages)")
        expectFailure(try digits("data", "fetch", "mnist", "--out", file), code: 73, naming: file)
    }

    @Test func fashionMNISTIsUnavailableWithItsOwnPlaces() throws {
        let workspace = try Workspace()
        // Files of the same names lie there, but they are digits.
        let outcome = try digits(
            "train", "--data", "fashion-mnist", "--out", workspace.path("run"),
            environment: ["DIGITS_DATA": workspace.data])
        expectFailure(outcome, code: 69, naming: "\(workspace.data)/fashion-mnist", "--data")
        expectFailure(
            try digits("data", "verify", "fashion-mnist"), code: 66, naming: "'digits data fetch fashion-mnist'")
    }

    @Test func readsFashionMNISTWithItsClassNames() throws {
        let workspace = try Workspace(withData: false)
        try DrawnDigits.write(to: workspace.path("fashion-mnist"))
        let environment = ["DIGITS_DATA": workspace.folder]
        let run = workspace.path("run")
        let trained = try digits(
            "train", "--model", "mlp-deep", "--data", "fashion-mnist", "--epochs", "1", "--batch-size", "32", "--out",
            run,
            environment: environment)
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(try workspace.text("run/settings.json").contains("\"dataset\" : \"fashion-mnist\""))
        let csv = workspace.path("predictions.csv")
        #expect(try digits("predict", run, "--data", "fashion-mnist", "--csv", csv, environment: environment).code == 0)
        let actual = try workspace.text("predictions.csv").split(separator: "\n").dropFirst().prefix(3)
            .map { $0.split(separator: ",")[0] }
        #expect(actual == ["T-shirt/top", "Trouser", "Pullover"])
        // A network of garments knows no digits.
        try DrawnDigits.write(to: workspace.data)
        expectFailure(
            try digits("evaluate", run, "--data", workspace.data), code: 65, naming: workspace.data, "the class 0",
            "Ankle boot")
    }

    @Test func saysWhatAFolderHolds() throws {
        let workspace = try Workspace()
        let outcome = try digits("data", "verify", workspace.data)
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("300 images for training and 100 for the test, 28 x 28 x 1"))
        #expect(outcome.output.contains("\n7           30       10\n"))
        let file = workspace.path("data/\(DrawnDigits.testImages)")
        try DrawnDigits.write(Array(try workspace.bytes("data/\(DrawnDigits.testImages)").dropLast()), to: file)
        expectFailure(try digits("data", "verify", workspace.data), code: 65, naming: file)
    }
}
