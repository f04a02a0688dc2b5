import Foundation
import Testing

/// Training, evaluating and predicting on a small data set.
@Suite struct TrainingTests {
    @Test func trainsEvaluatesAndPredicts() throws {
        let workspace = try Workspace()
        let trained = try workspace.train("--epochs", "15", "--json")
        #expect(trained.code == 0, "\(trained.errors)")
        let result = try trained.json()
        #expect(trained.output.split(separator: "\n").count == 1)
        #expect(result["model"] as? String == "mlp-deep")
        #expect(result["dataset"] as? String == workspace.data)
        #expect(result["parameters"] as? Int == 570_602)
        #expect(result["run"] as? String == workspace.path("run"))
        #expect(result["interrupted"] as? Bool == false)
        let accuracy = try #require(result["test_accuracy"] as? Double)
        let loss = try #require(result["test_loss"] as? Double)
        // A tenth would be guessing; the drawn digits are easy.
        #expect(accuracy > 0.5)
        let epochs = try #require(result["epochs"] as? [[String: Any]])
        #expect(epochs.map { $0["epoch"] as? Int } == Array(1...15))
        for epoch in epochs {
            for field in ["loss", "accuracy", "val_loss", "val_accuracy", "seconds"] {
                #expect(epoch[field] is Double, "\(field)")
            }
        }

        #expect(
            try workspace.contents("run")
                == [
                    "checkpoints", "history.csv", "model.safetensors", "pictures", "report.html", "results.json",
                    "settings.json",
                ])
        #expect(try workspace.contents("run/checkpoints") == ["best.safetensors", "last.safetensors"])
        let saved = try jsonObject(Data(try workspace.bytes("run/results.json")))
        #expect(NSDictionary(dictionary: saved) == NSDictionary(dictionary: result))
        let history = try workspace.text("run/history.csv").split(separator: "\n")
        #expect(history.first == "epoch,loss,accuracy,val_loss,val_accuracy")
        #expect(history.count == 16)

        for model in ["run", "run/", "run/model.safetensors"] {
            let evaluated = try digits("evaluate", workspace.path(model), "--data", workspace.data, "--json").json()
            #expect(evaluated["accuracy"] as? Double == accuracy)
            #expect(evaluated["loss"] as? Double == loss)
            #expect(evaluated["count"] as? Int == 100)
            let error = try #require(evaluated["standard_error"] as? Double)
            #expect(abs(error - (accuracy * (1 - accuracy) / 100).squareRoot()) < 1e-12)
        }

        let csv = workspace.path("predictions.csv")
        let predicted = try digits("predict", workspace.path("run"), "--data", workspace.data, "--csv", csv)
        #expect(predicted.code == 0)
        #expect(predicted.output == "")
        let lines = try workspace.text("predictions.csv").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "Actual,Predictions")
        #expect(lines.last == "")
        let rows = lines.dropFirst().dropLast().map { $0.split(separator: ",").compactMap { Int($0) } }
        #expect(rows.count == 100)
        #expect(rows.enumerated().allSatisfy { $1.count == 2 && $1[0] == $0 % 10 && (0...9).contains($1[1]) })
        #expect(Double(rows.count { $0[0] == $0[1] }) / 100 == accuracy)

        let standard = try digits("predict", workspace.path("run"), "--data", workspace.data, "--csv", "/dev/stdout")
        #expect(standard.output == (try workspace.text("predictions.csv")))
        #expect(try digits("summary", workspace.path("run")).output == (try digits("summary", "mlp-deep").output))
    }

    @Test func printsForPeopleAndKeepsProgressApart() throws {
        let workspace = try Workspace()
        let outcome = try workspace.train("--epochs", "2")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains(/^accuracy 0\.\d{4} ± 0\.\d{4}, loss \d+\.\d{4} on 100 images\n/))
        #expect(outcome.output.contains("the model is \(workspace.path("run"))/model.safetensors\n"))
        #expect(outcome.errors.contains(/\nEpoch 2\/2 - \d+\.\d s - loss: .* - accuracy: .* - val_loss: .* - val_acc/))
        // No bar, no colour: this is not a terminal.
        #expect(!outcome.errors.contains("\u{1B}"))
        #expect(!outcome.errors.contains("\r"))
        #expect(try workspace.train("--epochs", "1", "--verbose", "1").errors.contains("\nEpoch 1/1 - "))
        #expect(try workspace.train("--epochs", "1", "--verbose", "0").errors == "")
    }

    @Test func recordsEverySettingWithDefaultsResolved() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1", "--threads", "1", "--seed", "5", "--learning-rate", "0.25")
        let settings = try jsonObject(Data(try workspace.bytes("run/settings.json")))
        let expected: [String: NSObject] = [
            "model": "mlp-deep" as NSString, "optimizer": "rmsprop" as NSString, "learning_rate": 0.25 as NSNumber,
            "loss": "categorical_crossentropy" as NSString, "epochs": 1 as NSNumber, "batch_size": 32 as NSNumber,
            "validation_split": 0.3 as NSNumber, "training_images": 210 as NSNumber, "threads": 1 as NSNumber,
            "seed": 5 as NSNumber, "dataset": workspace.data as NSString, "test_images": 100 as NSNumber,
            "validation": "last 90 training images" as NSString,
        ]
        for (name, value) in expected { #expect(settings[name] as? NSObject == value, "\(name)") }
        #expect(settings["version"] is String)
        #expect(["ref", "avx2", "avx512"].contains(settings["instruction_set"] as? String))
    }

    @Test func recordsTheAugmentation() throws {
        let workspace = try Workspace()
        let outcome = try workspace.train("--epochs", "1", "--augment", "rotation=10,zoom=0.25,shift=0.5")
        #expect(outcome.code == 0)
        let text = "rotation=10.0,shift=0.5,zoom=0.75:1.25,fill=nearest"
        #expect(outcome.errors.contains("images changed by \(text)\n"))
        #expect(try jsonObject(Data(try workspace.bytes("run/settings.json")))["augmentation"] as? String == text)
        let model = String(decoding: try workspace.bytes("run/model.safetensors"), as: UTF8.self)
        #expect(model.contains(text))
    }

    /// Without a share of its own a network is measured on the test images; a share of 0 asks for nothing.
    @Test func choosesWhatIsMeasuredAfterEachEpoch() throws {
        let workspace = try Workspace()
        let onTest = try workspace.train("--epochs", "1", "--json", model: "mlp-sigmoid").json()
        let first = try #require((onTest["epochs"] as? [[String: Any]])?.first)
        let measured = try #require(first["val_loss"] as? Double)
        let tested = try #require(onTest["test_loss"] as? Double)
        // The same images and weights, summed over batches of another size.
        #expect(abs(measured - tested) < 1e-6)
        let without = try workspace.train("--epochs", "1", "--json", "--validation-split", "0").json()
        #expect((without["epochs"] as? [[String: Any]])?.first?["val_loss"] is NSNull)
        #expect(try workspace.text("run/history.csv").hasPrefix("epoch,loss,accuracy\n"))
    }

    @Test func replacesARunThatIsThere() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "3")
        try workspace.train("--epochs", "1", model: "mlp-sigmoid")
        #expect(try workspace.text("run/history.csv").split(separator: "\n").count == 2)
        #expect(try digits("summary", workspace.path("run")).output.contains("\"mlp-sigmoid\""))
    }

    @Test func namesTheRunFolderAfterNetworkAndTime() throws {
        let workspace = try Workspace()
        let arguments = ["train", "--model", "mlp-deep", "--batch-size", "32", "--epochs", "1", "--json"]
        let outcome = try RunningCommand(arguments, environment: ["DIGITS_DATA": workspace.data]).wait()
        let result = try outcome.json()
        #expect((result["run"] as? String)?.wholeMatch(of: /runs\/mlp-deep-\d{8}-\d{6}/) != nil)
        #expect(result["dataset"] as? String == "mnist")
    }

    /// The exercise of notebook 003: another loss, optimizer and activation, more units.
    @Test func changesANetworkByOptions() throws {
        let workspace = try Workspace()
        let plain = try workspace.train("--epochs", "4", "--json", model: "mlp-sigmoid").json()
        let changed = try workspace.train(
            "--epochs", "4", "--json", "--loss", "categorical_crossentropy", "--optimizer", "adam", "--activation",
            "relu", "--units", "600,200", model: "mlp-sigmoid"
        ).json()
        #expect(changed["parameters"] as? Int == 784 * 600 + 600 + 600 * 200 + 200 + 200 * 10 + 10)
        let settings = try jsonObject(Data(try workspace.bytes("run/settings.json")))
        #expect(settings["activation"] as? String == "relu")
        #expect(settings["units"] as? [Int] == [600, 200])
        #expect(settings["optimizer"] as? String == "adam")
        let accuracies = [plain, changed].compactMap { $0["test_accuracy"] as? Double }
        #expect(accuracies.count == 2 && accuracies[1] > accuracies[0] + 0.1, "\(accuracies)")
        // What the file says is what is evaluated.
        let evaluated = try digits("evaluate", workspace.path("run"), "--data", workspace.data, "--json").json()
        #expect(evaluated["loss"] as? Double == changed["test_loss"] as? Double)
    }

    @Test func goesOnFromWeights() throws {
        let workspace = try Workspace()
        let first = try workspace.train("--epochs", "3", "--json").json()
        // Steps far below the weights' precision: what comes out is what went in.
        let idle = ["--epochs", "1", "--json", "--optimizer", "sgd", "--learning-rate", "1e-30"]
        for model in ["run", "run/model.safetensors"] {
            let second = try RunningCommand(
                [
                    "train", "--from", workspace.path(model), "--data", workspace.data, "--batch-size", "32", "--out",
                    workspace.path("second"),
                ] + idle
            ).wait().json()
            #expect(second["model"] as? String == "mlp-deep")
            #expect(second["test_loss"] as? Double == first["test_loss"] as? Double)
        }
        let anew = try workspace.train("--epochs", "1", "--json", "--learning-rate", "1e-30", run: "anew").json()
        #expect(anew["test_loss"] as? Double != first["test_loss"] as? Double)
    }

    @Test func refusesWeightsOfOtherLayers() throws {
        let workspace = try Workspace()
        try workspace.train("--epochs", "1")
        let run = workspace.path("run")
        for (options, text) in [
            (["--model", "cnn-wide"], "cnn-wide"), (["--units", "512,256,128,33"], "Dense 33 relu"),
            (["--activation", "tanh"], "Dense 512 tanh"),
        ] {
            let outcome = try RunningCommand(
                ["train", "--from", run, "--data", workspace.data, "--out", workspace.path("other")] + options
            ).wait()
            expectFailure(outcome, code: 64, naming: run, "mlp-deep", text)
            #expect(!workspace.exists("other"))
        }
    }

    @Test(arguments: ["cnn-compact", "cnn-batchnorm"])
    func givesTheSameModelBitForBit(_ model: String) throws {
        let workspace = try Workspace()
        func train(_ run: String, _ options: String...) throws -> (model: [UInt8], history: [UInt8]) {
            let common = ["--model", model, "--data", workspace.data, "--batch-size", "64", "--epochs", "2"]
            let outcome = try RunningCommand(["train", "--out", workspace.path(run)] + common + options).wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            return (try workspace.bytes("\(run)/model.safetensors"), try workspace.bytes("\(run)/history.csv"))
        }
        let first = try train("first", "--threads", "1")
        #expect(try train("again", "--threads", "1") == first)
        #expect(try train("two", "--threads", "2") == first)
        #expect(try train("three", "--threads", "3") == first)
        #expect(try train("other", "--threads", "1", "--seed", "1").model != first.model)
    }
}
