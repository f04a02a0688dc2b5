import Foundation
import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        "train", "evaluate", "predict", "report", "summary", "convert", "models", "data", "bench", "info",
    ])
    func explainsEachCommandWithExamples(_ command: String) throws {
        for outcome in [try digits(command, "--help"), try digits("help", command)] {
            #expect(outcome.code == 0)
            #expect(outcome.errors == "")
            #expect(outcome.output.contains("USAGE: digits \(command)"))
            #expect(outcome.output.contains("Examples:\n  "))
            #expect(outcome.output.contains("digits \(command)"))
        }
        #expect(try digits("--help").output.contains("\n  \(command) "))
    }

    @Test(arguments: ["fetch", "verify", "show", "export"])
    func explainsEachCommandOfData(_ command: String) throws {
        let outcome = try digits("help", "data", command)
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("USAGE: digits data \(command)"))
        #expect(outcome.output.contains("Examples:\n  digits data \(command)"))
        #expect(try digits("help", "data").output.contains("\n  \(command) "))
    }

    @Test func givesItsVersion() throws {
        let outcome = try digits("--version")
        #expect(outcome.code == 0)
        #expect(outcome.output.wholeMatch(of: /digits \d+\.\d+\.\d+\n/) != nil)
    }

    @Test func listsTheNineNetworks() throws {
        let names = [
            "mlp-deep", "cnn-basic", "mlp-baseline", "cnn-simple", "cnn-large", "cnn-wide", "mlp-sigmoid",
            "cnn-batchnorm", "cnn-compact",
        ]
        let text = try digits("models").output
        for name in names { #expect(text.contains("\(name)")) }
        let models = try #require(try digits("models", "--json").json()["models"] as? [[String: Any]])
        #expect(models.map { $0["name"] as? String } == names)
        for model in models {
            for field in [
                "notebook", "layers", "parameters", "optimizer", "learning_rate", "loss", "batch_size", "epochs",
                "validation_split", "published_accuracy", "is_default",
            ] {
                #expect(model[field] != nil, "\(field)")
            }
        }
        #expect(models.filter { $0["is_default"] as? Bool == true }.map { $0["name"] as? String } == ["cnn-compact"])
        #expect(models.last?["parameters"] as? Int == 113_386)
    }

    @Test func showsWhatItRunsOn() throws {
        let workspace = try Workspace()
        let info = try digits("info", "--json", environment: ["DIGITS_DATA": workspace.data]).json()
        #expect(info["mnist"] as? String == workspace.data)
        for field in ["version", "cpu", "instruction_set", "supported_instruction_set", "threads", "data_places"] {
            #expect(info[field] != nil, "\(field)")
        }
        let without = try digits("info", "--json", environment: ["CONVNET_ISA": "ref", "CONVNET_NUM_THREADS": "3"])
            .json()
        #expect(without["mnist"] is NSNull)
        #expect(without["instruction_set"] as? String == "ref")
        #expect(without["threads"] as? Int == 3)
        #expect(try digits("info").output.contains("not found"))
    }

    @Test func showsTheLayersOfANetworkByName() throws {
        let outcome = try digits("summary", "cnn-compact")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("conv2d_1 (Conv2D)"))
        #expect(outcome.output.contains("(None, 11, 11, 32)"))
        #expect(outcome.output.contains("113,386"))
    }

    @Test func showsTheAlgorithmsOfANetwork() throws {
        func plan(_ setting: String, _ value: String) throws -> String {
            try digits("summary", "cnn-wide", "--plan", "--batch-size", "32", environment: [setting: value]).output
        }
        let automatic = try plan("CONVNET_ISA", "avx2")
        #expect(automatic.contains("Conv2DMaxPooling2D"))
        #expect(automatic.contains("Winograd") == (try digits("info").output.contains("supported: avx")))
        let direct = try plan("CONVNET_CONV2D", "direct")
        #expect(direct.contains("direct"))
        #expect(!direct.contains("Winograd"))
        #expect(try digits("summary", "cnn-wide", "--plan", "--batch-size", "0").code == 64)
    }
}
