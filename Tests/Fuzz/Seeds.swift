/// Files from which fuzzing begins, as the library itself writes them: FUZZ_TARGET=seeds writes them into the folder that
/// FUZZ_SEEDS names, one folder a target. With what the model gives they are also the files of a version of the formats
/// that `ConvNetTests/Fixtures/ModelFiles` keeps.
enum Seeds {
    static func write(to folder: String) throws {
        for target in [
            "safetensors", "model", "checkpoint", "zip", "npy", "npz", "picture", "keras", "config", "content",
        ] {
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
        try archive.write(to: "\(folder)/zip/two.zip")
        try AtomicFile.write(NpyArray.file(of: .ones([2, 3])), to: "\(folder)/npy/six.npy")

        let model = try everyLayer()
        try model.save(to: "\(folder)/model/compiled.safetensors")
        var outputs = SafetensorsFile()
        outputs["outputs"] = try model.predict(.uniform([5, 6, 6, 1], seed: 4))
        try outputs.write(to: "\(folder)/outputs.safetensors")
        try writeKeras(model, to: folder)
        try Sequential(inputShape: [3], name: "plain", seed: 1) { Dense(2) }.save(
            to: "\(folder)/model/plain.safetensors")
        try model.fit(
            x: .uniform([6, 6, 6, 1], seed: 3), y: .zeros([6]), epochs: 2, batchSize: 4,
            callbacks: [
                EarlyStopping(monitor: "loss", patience: 3), ReduceLROnPlateau(monitor: "loss"),
                BackupAndRestore(path: "\(folder)/checkpoint/second.safetensors", deletesAtEnd: false),
            ])
    }

    /// The parts of Keras's files, and an archive of them whose weights are arrays.
    private static func writeKeras(_ model: Sequential, to folder: String) throws {
        let config = Array(try KerasWriting(path: folder).model(model).text.utf8)
        try AtomicFile.write(config, to: "\(folder)/config/every-layer.json")
        let weights = KerasWeights(layers: model.layers, parameters: model.parameters)
        let content = weights.counted({ model.store.tensor($0) }, optimizer: nil)
        try content.file.write(to: "\(folder)/content/counted.safetensors")
        try weights.named({ model.store.tensor($0) }, layers: model.layers).file.write(
            to: "\(folder)/content/named.safetensors")
        var arrays = NpzFile()
        for name in content.datasets.names { arrays[name] = content.datasets[name] }
        let archive = "\(folder)/keras/every-layer.keras"
        try arrays.write(to: archive)
        let file = try InputFile(path: archive)
        let bytes = try file.readBytes(file.size)
        try AtomicFile.write(to: archive) { sink in
            var writer = ZipWriter(path: archive)
            try writer.add(KerasFile.configName, config, to: &sink)
            try writer.add(KerasFile.arraysName, bytes, to: &sink)
            try writer.finish(&sink)
        }
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
