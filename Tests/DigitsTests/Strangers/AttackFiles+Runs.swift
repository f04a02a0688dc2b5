import Foundation

/// What a run folder says of itself.
extension AttackFile {
    static let runs = [
        AttackFile("settings: a batch of nothing", .settings, changed) { settings("batch_size", "0") },
        AttackFile("settings: a batch below 0", .settings, changed) { settings("batch_size", "-9223372036854775808") },
        AttackFile("settings: epochs below 0", .settings, changed) { settings("epochs", "-1") },
        AttackFile("settings: images without end", .settings, changed) {
            settings("training_images", "9223372036854775807")
        },
        AttackFile("settings: more than all images for validation", .settings, changed) {
            settings("validation_split", "2")
        },
        AttackFile("settings: a text for a number", .settings, changed) { settings("epochs", "\"many\"") },
        AttackFile("settings: a name twice", .settings, "a name occurs twice") {
            settings("epochs", "3, \"epochs\": 4")
        },
        AttackFile("settings: a million brackets", .settings, "nested too deeply") {
            [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        },
        AttackFile("settings: three hundred thousand values", .settings, "too many values") {
            Array(("[" + String(repeating: "0,", count: 300_000) + "0]").utf8)
        },
        AttackFile("settings: 5 MB", .settings, "longer than 4194304 bytes") {
            [UInt8](repeating: UInt8(ascii: " "), count: 5_000_000)
        },
        AttackFile("settings: nothing", .settings, "not valid JSON") { [] },
        AttackFile("history: no numbers", .history, "not what 'digits train' wrote") {
            Array("epoch,loss\n0,much\n".utf8)
        },
        AttackFile("history: an epoch beyond all", .history, "not what 'digits train' wrote") {
            Array("epoch,loss\n99999999999999999999,1\n".utf8)
        },
        AttackFile("history: lines that differ", .history, "not what 'digits train' wrote") {
            Array("epoch,loss\n0,1,2\n".utf8)
        },
        AttackFile("history: 20 MB", .history, "longer than 16777216 bytes") {
            Array("epoch,loss\n".utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 20_000_000)
        },
    ]

    private static let changed = "it was changed or is of another version of digits"

    /// The settings of a run with one of them changed.
    private static func settings(_ name: String, _ value: String) -> [UInt8] {
        var values = [
            "model": "\"mlp-deep\"", "parameters": "1", "dataset": "\"nowhere\"", "training_images": "300",
            "test_images": "100", "epochs": "3", "batch_size": "32", "optimizer": "\"adam\"", "learning_rate": "0.001",
            "loss": "\"categorical_crossentropy\"", "validation_split": "0.3", "validation": "\"none\"", "seed": "0",
            "threads": "1", "instruction_set": "\"avx2\"", "checkpoint_every": "\"1epoch\"",
            "data_fingerprint": "\"0\"", "version": "\"1.0.0\"",
        ]
        values[name] = value
        let members = values.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }
}
