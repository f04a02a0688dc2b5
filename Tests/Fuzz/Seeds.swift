/// Files from which fuzzing begins, as the library itself writes them: FUZZ_TARGET=seeds writes them into the folder that
/// FUZZ_SEEDS names, one folder a target. With what the model gives they are also the files of a version of the formats
/// that `ConvNetTests/Fixtures/ModelFiles` keeps.
enum Seeds {
    static func write(to folder: String) throws {
        for target in ["safetensors", "model", "checkpoint", "npz", "picture"] {
            _ = try Folder.make("\(folder)/\(target)")
        }
        var file = SafetensorsFile(metadata: ["made by": "ConvNet"])
        file["a"] = .ones([2, 3])
        file["b/c"] = .zeros([])
        file["empty"] = .zeros([0, 4])
        try file.write(to: "\(folder)/safetensors/three.safetensors")
        var archive = NpzFile()
        archive["a"] = .ones([2, 3])
        archive["b"] = .zeros([4])
        try archive.write(to: "\(folder)/npz/two.npz")

        let model = try everyLayer()
        try model.save(to: "\(folder)/model/compiled.safetensors")
        var outputs = SafetensorsFile()
        outputs["outputs"] = try model.predict(.uniform([5, 6, 6, 1], seed: 4))
        try outputs.write(to: "\(folder)/outputs.safetensors")
        try Sequential(inputShape: [3], name: "plain", seed: 1) { Dense(2) }.save(
            to: "\(folder)/model/plain.safetensors")
        try model.fit(
            x: .uniform([6, 6, 6, 1], seed: 3), y: .zeros([6]), epochs: 2, batchSize: 4,
            callbacks: [
                EarlyStopping(monitor: "loss", patience: 3), ReduceLROnPlateau(monitor: "loss"),
                BackupAndRestore(path: "\(folder)/checkpoint/second.safetensors", deletesAtEnd: false),
            ])
    }

    /// A network with each kind of layer and setting, small.
    static func everyLayer() throws -> Sequential {
        let model = try Sequential(inputShape: [6, 6, 1], name: "every layer", seed: 7) {
            ZeroPadding2D(1)
            Conv2D(2, kernelSize: 3, padding: .same, activation: .relu, kernelRegularizer: .l2(0.01))
            BatchNormalization()
            Activation(.elu())
            MaxPooling2D()
            AveragePooling2D(poolSize: 2, strides: 1, padding: .same)
            Reshape([4, 8])
            Flatten()
            Dropout(0.25)
            Dense(3, activation: .softmax, name: "head")
        }
        model.compile(
            optimizer: SGD(learningRate: .cosineDecay(initial: 0.1, steps: 10), momentum: 0.9),
            loss: .categoricalCrossentropy, metrics: [.accuracy, .topK(2)])
        model.info = ModelInfo(classNames: ["none", "one", "many"], training: ["epochs": "2"])
        return model
    }
}
