import Testing

@testable import ConvNet

@Suite struct KerasArchitectureTests {
    /// A Sequential of Keras with one layer of the given settings.
    private func sequential(_ className: String, _ config: String, input: String = "[null, 8, 8, 2]") throws
        -> JSONValue
    {
        try JSONReader.read(
            """
            {"class_name": "Sequential", "config": {"name": "s", "layers": [
              {"class_name": "InputLayer", "config": {"batch_shape": \(input), "name": "input"}},
              {"class_name": "\(className)", "config": {"name": "the_layer", \(config)}}]}}
            """)
    }

    private func read(_ model: JSONValue) -> Result<KerasArchitecture, ConvNetError> {
        Result { () throws(ConvNetError) in try KerasArchitecture(model, path: "file") }
    }

    private func message(_ model: JSONValue) -> String? {
        if case .failure(let error) = read(model) { error.message } else { nil }
    }

    @Test(arguments: [
        ("Conv2D", #""filters": 4, "kernel_size": 3, "groups": 2"#, "has groups = 2"),
        ("Conv2D", #""filters": 4, "kernel_size": 3, "padding": "causal""#, "padding = 'causal'"),
        ("Conv2D", #""filters": 4, "kernel_size": [3, 3, 3]"#, "kernel_size = [3,3,3]"),
        ("Conv2D", #""filters": "four", "kernel_size": 3"#, #"filters = "four""#),
        ("Dense", #""units": 3, "activation": "hard_sigmoid""#, "activation = 'hard_sigmoid'"),
        ("Dense", #""units": 3, "activation": {"class_name": "function", "config": "mine"}"#, "activation = 'mine'"),
        ("Dense", #""units": 3, "lora_rank": 4"#, "has lora_rank = 4"),
        ("Dense", #""activation": "relu""#, "states no units"),
        ("BatchNormalization", #""renorm": true"#, "has renorm = true"),
        ("BatchNormalization", #""axis": [1, 2]"#, "has an axis that is not one whole number"),
        ("ReLU", #""max_value": 6.0"#, "has max_value = 6.0"),
        ("ReLU", #""threshold": 0.5"#, "has threshold = 0.5"),
        ("Softmax", #""axis": 1"#, "has axis = 1"),
        ("ZeroPadding2D", #""padding": [[1, 2], [3]]"#, "has a padding"),
        ("LSTM", #""units": 4"#, "is not one that ConvNet has"),
        ("Lambda", #""function": "code""#, "is not one that ConvNet has"),
        ("Rescaling", #""scale": 0.5, "offset": -1"#, "has an offset"),
    ])
    func namesLayerAndSetting(className: String, config: String, expected: String) throws {
        let message = try #require(message(try sequential(className, config)))
        #expect(message.contains("layer 'the_layer' (\(className))"), "\(message)")
        #expect(message.contains(expected), "\(message)")
    }

    @Test(arguments: [
        ("Dense", #""units": 3, "trainable": false"#, "was frozen"),
        (
            "Dense", #""units": 3, "kernel_constraint": {"class_name": "MaxNorm", "config": {}}"#,
            "kernel_constraint = MaxNorm"
        ),
        ("Dense", #""units": 3, "kernel_initializer": {"class_name": "Orthogonal", "config": {}}"#, "Orthogonal"),
        (
            "Dense", #""units": 3, "kernel_regularizer": {"class_name": "OrthogonalRegularizer"}"#,
            "OrthogonalRegularizer"
        ),
        (
            "Dense", #""units": 3, "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}"#,
            "mixed_float16"
        ),
        ("Dropout", #""rate": 0.5, "noise_shape": [null, 1]"#, "noise_shape"),
    ])
    func tellsWhatOnlyTrainingMisses(className: String, config: String, expected: String) throws {
        let architecture = try read(try sequential(className, config)).get()
        #expect(architecture.layers.count == 1)
        let note = try #require(architecture.notes.first)
        #expect(note.contains("layer 'the_layer' (\(className))"))
        #expect(note.contains(expected))
    }

    /// A name may neither break the line of a message nor steer a terminal.
    @Test func showsNamesWithoutControlCharacters() throws {
        let name = #"\u001b[2Jevil\n\u0085"# + String(repeating: "x", count: 5000)
        let model = try JSONReader.read(
            """
            {"class_name": "Sequential", "config": {"layers": [
              {"class_name": "Dense", "config": {"name": "\(name)", "batch_input_shape": [null, 3], "units": "many"}}]}}
            """)
        let message = try #require(self.message(model))
        #expect(message.hasPrefix("layer '[2Jevilxxx"))
        #expect(message.count < 700)
    }

    @Test func readsSettingsOfKeras2() throws {
        let model = try JSONReader.read(
            """
            {"class_name": "Sequential", "config": [
              {"class_name": "Conv2D", "config": {"name": "c", "batch_input_shape": [null, 8, 8, 1], "dtype": "float32",
                "filters": 3, "kernel_size": [3, 3], "data_format": "channels_last", "kernel_initializer":
                {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}}}},
              {"class_name": "BatchNormalization", "config": {"name": "b", "axis": [3]}},
              {"class_name": "LeakyReLU", "config": {"name": "l", "alpha": 0.25}}]}
            """)
        let architecture = try read(model).get()
        #expect(architecture.inputShape == [8, 8, 1])
        #expect((architecture.layers[0] as? Conv2D)?.kernelInitializer == .glorotUniform)
        #expect((architecture.layers[1] as? BatchNormalization)?.axis == 3)
        #expect((architecture.layers[2] as? Activation)?.activation == .leakyReLU(slope: 0.25))
        #expect(architecture.notes.isEmpty)
    }

    @Test func takesARescalingAtTheBeginning() throws {
        let architecture = try read(
            try JSONReader.read(
                """
                {"class_name": "Sequential", "config": {"layers": [
                  {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 4, 1]}},
                  {"class_name": "Rescaling", "config": {"name": "r", "scale": 0.25, "offset": 0.0}},
                  {"class_name": "Flatten", "config": {"name": "f"}}]}}
                """)
        ).get()
        #expect(architecture.inputScale == 0.25)
        #expect(architecture.layers.count == 1)
        #expect(architecture.notes.first?.contains("layer 'r' (Rescaling) is left out") == true)
    }

    /// A functional model of two layers; `second` says what goes into the second.
    private func functional(_ second: String, more: String = "") throws -> JSONValue {
        func tensor(_ name: String) -> String {
            #"{"class_name": "__keras_tensor__", "config": {"keras_history": ["\#(name)", 0, 0]}}"#
        }
        return try JSONReader.read(
            """
            {"class_name": "Functional", "config": {"name": "f", "layers": [
              {"class_name": "InputLayer", "name": "in", "config": {"batch_shape": [null, 4], "name": "in"},
                "inbound_nodes": []},
              {"class_name": "Dense", "name": "a", "config": {"units": 3, "name": "a"},
                "inbound_nodes": [{"args": [\(tensor("in"))], "kwargs": {}}]},
              {"class_name": "Dense", "name": "b", "config": {"units": 3, "name": "b"},
                "inbound_nodes": \(second.replacing("$in", with: tensor("in")).replacing("$a", with: tensor("a")))}\(more)],
              "input_layers": [["in", 0, 0]], "output_layers": [["b", 0, 0]]}}
            """)
    }

    @Test(arguments: [
        #"[{"args": [$a], "kwargs": {}}]"#, #"[[["a", 0, 0, {}]]]"#, #"[{"args": [], "kwargs": {"x": $a}}]"#,
    ])
    func followsAChain(second: String) throws {
        let architecture = try read(try functional(second)).get()
        #expect(architecture.layers.compactMap(\.name) == ["a", "b"])
        #expect(architecture.inputShape == [4])
    }

    @Test(arguments: [
        (#"[{"args": [[$a, $in]], "kwargs": {}}]"#, "layer 'b' (Dense) takes 2 inputs"),
        (#"[{"args": [$in], "kwargs": {}}]"#, "2 layers follow layer 'in'"),
        (#"[{"args": [$a]}, {"args": [$in]}]"#, "layer 'b' is used 2 times"),
        (#"[]"#, "layer 'b' is a second input"),
    ])
    func namesWhatIsNoChain(second: String, expected: String) throws {
        let message = message(try functional(second))
        #expect(message?.contains(expected) == true, "\(message ?? "read")")
    }

    @Test func refusesModelsWithoutAFixedShape() throws {
        let model = try sequential("Flatten", #""data_format": "channels_last""#, input: "[null, null, null, 3]")
        #expect(message(model)?.contains("fixed input shape") == true)
        let unbuilt = try JSONReader.read(
            #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Flatten", "config": {}}]}}"#)
        #expect(message(unbuilt)?.contains("has no input shape") == true)
        #expect(message(try JSONReader.read(#"{"class_name": "MyModel"}"#))?.contains("is a MyModel") == true)
    }

    @Test func tellsWhatOptimizersHaveThatIsNotHere() throws {
        let config = try JSONReader.read(
            """
            {"optimizer": {"class_name": "Adam", "config": {"name": "adam", "learning_rate": 0.01, "amsgrad": true,
              "use_ema": false, "ema_momentum": 0.99, "weight_decay": null}},
             "loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": true, "label_smoothing": 0.1}},
             "metrics": [["accuracy"], {"class_name": "AUC", "config": {}}]}
            """)
        let training = try KerasTraining(config, path: "file")
        #expect((training.optimizer as? Adam)?.learningRate == .constant(0.01))
        #expect(training.loss == .categoricalCrossentropy(fromLogits: true))
        #expect(training.metrics == [.accuracy])
        #expect(training.notes.count == 3)
        for (note, word) in zip(training.notes, ["amsgrad = true", "label_smoothing = 0.1", "AUC"]) {
            #expect(note.contains(word))
        }
    }
}
