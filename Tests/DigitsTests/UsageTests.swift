import Foundation
import Testing

/// Wrong command lines: 64 and one sentence, and nothing is made.
@Suite struct UsageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let text: String
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: String..., says text: String) {
            self.arguments = arguments
            self.text = text
        }
    }

    @Test(arguments: [
        Case("trian", says: "did you mean train?"),
        Case("train", "--bogus", says: "'digits help train'"),
        Case("train", "surplus", says: "surplus"),
        Case("train", "--model", "cnn-compat", says: "did you mean cnn-compact? 'digits models'"),
        Case("train", "--model", "perceptron", says: "'digits models'"),
        Case("train", "--epochs", "0", says: "epochs 0; give at least 1"),
        Case("train", "--epochs", "-1", says: "epochs -1"),
        Case("train", "--epochs", "two", says: "two"),
        Case("train", "--batch-size", "0", says: "batch size 0"),
        Case("train", "--batch-size", "301", says: "the 300 images"),
        Case("train", "--validation-split", "0.5", "--batch-size", "151", says: "the 150 images"),
        Case("train", "--validation-split", "1", says: "validation split 1.0"),
        Case("train", "--validation-split", "-0.1", says: "validation split -0.1"),
        Case("train", "--validation-split", "nan", says: "validation split nan"),
        Case("train", "--validation-split", "0.999", says: "leaves none of the 300 images"),
        Case("train", "--learning-rate", "0", says: "learning rate 0"),
        Case("train", "--learning-rate", "-1", says: "learning rate -1"),
        Case("train", "--learning-rate", "1e99", says: "learning rate"),
        Case("train", "--learning-rate", "nan", says: "learning rate"),
        Case("train", "--optimizer", "adagrad", says: "adamw"),
        Case("train", "--loss", "hinge", says: "categorical_crossentropy"),
        Case("train", "--activation", "step", says: "relu"),
        Case("train", "--units", "0", says: "--units"),
        Case("train", "--units", "12,", says: "--units"),
        Case("train", "--units", "12,13", says: "cnn-compact has 1 hidden dense layer"),
        Case("train", "--augment", "rotation=10,zoom", says: "'zoom'"),
        Case("train", "--augment", "rotation=500", says: "rotation is 500.0; give a number from 0.0 to 180.0"),
        Case("train", "--augment", "turn=5", says: "the names are rotation, shift"),
        Case("train", "--threads", "0", says: "threads 0"),
        Case("train", "--seed", "-1", says: "--seed"),
        Case("train", "--verbose", "3", says: "--verbose"),
        Case("evaluate", says: "model"),
        Case("evaluate", "run", "--batch-size", "0", says: "batch size 0"),
        Case("predict", "run", says: "--csv"),
        Case("summary", "cnn-compat", says: "did you mean cnn-compact?"),
    ])
    func refuses(_ example: Case) throws {
        let workspace = try Workspace()
        var arguments = example.arguments
        if arguments[0] == "train" { arguments += ["--data", workspace.data, "--out", workspace.path("run")] }
        let outcome = try RunningCommand(arguments).wait()
        expectFailure(outcome, code: 64, naming: example.text)
        #expect(try workspace.contents("") == ["data"])
    }
}
