import ArgumentParser
import ConvNet

/// Which network is trained, and what is changed of its notebook's settings.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A built-in network; 'digits models' lists them. (default: \(BuiltinNetwork.standardName), or with --from "
                + "the network of that model)", valueName: "name"),
        completion: .list(BuiltinNetwork.all.map(\.name)))
    var model: String?

    @Option(help: ArgumentHelp("Optimizer, with Keras's defaults. (default: the network's)", valueName: "name"))
    var optimizer: OptimizerName?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Learning rate. (default: the optimizer's)", valueName: "rate"))
    var learningRate: Float?

    @Option(help: ArgumentHelp("Loss, by Keras's name. (default: the network's)", valueName: "name"))
    var loss: Loss?

    @Option(help: ArgumentHelp("Activation of all hidden layers, by Keras's name.", valueName: "name"))
    var activation: ActivationFunction?

    @Option(help: ArgumentHelp("Units of each hidden dense layer, such as 1024,256.", valueName: "n,…"))
    var units: UnitList?

    @Option(
        help: ArgumentHelp(
            "Begin with the weights of this model file or run folder; its layers must be the network's.",
            valueName: "model"),
        completion: .file())
    var from: String?

    /// The network with the changes, checked as far as that goes before its data are known.
    func plan() throws -> NetworkPlan {
        let origin = try from.map { (path: $0, model: try ModelFile.load($0)) }
        let network = try builtin(origin: origin)
        var optimizer = self.optimizer?.optimizer ?? network.optimizer
        if let learningRate {
            guard learningRate.isFinite, learningRate > 0 else {
                throw ConvNetError(.invalidArgument, "learning rate \(learningRate); give a number above 0")
            }
            optimizer.learningRate = .constant(learningRate)
        }
        var layers = network.layers
        if let activation { layers = try replaceActivations(of: layers, by: activation, in: network.name) }
        if let units { layers = try replaceUnits(of: layers, by: units.counts, in: network.name) }
        return NetworkPlan(
            network: network, layers: layers, optimizer: optimizer, loss: loss ?? network.loss, origin: origin)
    }

    private func builtin(origin: (path: String, model: Sequential)?) throws -> BuiltinNetwork {
        let names = BuiltinNetwork.all.map(\.name)
        if model == nil, let origin, !names.contains(origin.model.name) {
            throw ConvNetError(
                .invalidArgument, path: origin.path,
                "its network \(origin.model.name) is not a built-in one; name the one to train with --model")
        }
        return try BuiltinNetwork.find(model ?? origin?.model.name ?? BuiltinNetwork.standardName)
    }

    private func replaceActivations(
        of layers: [any Layer], by activation: ActivationFunction, in name: String
    ) throws -> [any Layer] {
        var count = 0
        func replacing(_ old: ActivationFunction) -> ActivationFunction {
            // A linear layer has its activation in a layer of its own; softmax makes the probabilities at the end.
            if old == .linear || old == .softmax { return old }
            count += 1
            return activation
        }
        let replaced = layers.map { layer -> any Layer in
            switch layer {
            case var dense as Dense:
                dense.activation = replacing(dense.activation)
                return dense
            case var convolution as Conv2D:
                convolution.activation = replacing(convolution.activation)
                return convolution
            case var own as Activation:
                own.activation = replacing(own.activation)
                return own
            default:
                return layer
            }
        }
        guard count > 0 else {
            throw ConvNetError(.invalidArgument, "\(name) has no hidden activation; leave --activation out")
        }
        return replaced
    }

    private func replaceUnits(of layers: [any Layer], by counts: [Int], in name: String) throws -> [any Layer] {
        let hidden = layers.indices.filter { layers[$0] is Dense }.dropLast()
        let old = hidden.compactMap { (layers[$0] as? Dense)?.units }
        guard counts.count == old.count else {
            let example = old.map { "\($0)" }.joined(separator: ",")
            throw ConvNetError(
                .invalidArgument,
                "--units has \(counts.count) \(counts.count == 1 ? "number" : "numbers"), but \(name) has "
                    + "\(old.count) hidden dense \(old.count == 1 ? "layer" : "layers"); "
                    + (old.isEmpty ? "leave it out" : "give one each, as in --units \(example)"))
        }
        var layers = layers
        for (index, units) in zip(hidden, counts) {
            guard var dense = layers[index] as? Dense else { continue }
            dense.units = units
            layers[index] = dense
        }
        return layers
    }
}

/// What is to be trained, before it is known on what.
struct NetworkPlan {
    fileprivate let network: BuiltinNetwork
    fileprivate let layers: [any Layer]
    fileprivate let optimizer: any Optimizer
    fileprivate let loss: Loss
    fileprivate let origin: (path: String, model: Sequential)?

    /// The network for images and classes as a data set has them, compiled, its weights drawn by the seed or taken from
    /// the model that was named.
    func network(seed: UInt64, for data: Dataset) throws -> ChosenNetwork {
        var layers = layers
        if let last = layers.lastIndex(where: { $0 is Dense }), var dense = layers[last] as? Dense {
            dense.units = data.classNames.count
            layers[last] = dense
        }
        let model = try Sequential(inputShape: data.imageShape, name: network.name, seed: seed, layers: layers)
        model.compile(optimizer: optimizer, loss: loss, metrics: [.accuracy])
        if let origin { try model.takeWeights(of: origin.model, at: origin.path) }
        return ChosenNetwork(network: network, model: model, optimizer: optimizer, loss: loss)
    }
}

/// A network ready to be trained.
struct ChosenNetwork {
    /// Where its settings come from.
    let network: BuiltinNetwork
    let model: Sequential
    let optimizer: any Optimizer
    let loss: Loss
}

extension BuiltinNetwork {
    /// The network of a name that somebody typed.
    static func find(_ name: String) throws -> BuiltinNetwork {
        if let network = all.first(where: { $0.name == name }) { return network }
        let guess = Suggestion.nearest(to: name, among: all.map(\.name)).map { "did you mean \($0)? " } ?? ""
        throw ConvNetError(
            .invalidArgument, "there is no built-in network \(name); \(guess)'digits models' lists all of them")
    }
}

extension Sequential {
    /// Takes over the weights of a network of the same layers.
    fileprivate func takeWeights(of other: Sequential, at path: String) throws {
        let (own, others) = (layers.map(\.essence), other.layers.map(\.essence))
        guard own == others else {
            let place = zip(own, others).first { $0 != $1 }
            let difference =
                place.map { "\($1) there is \($0) here" } ?? "it has \(others.count) layers, not \(own.count)"
            throw ConvNetError(
                .invalidArgument, path: path,
                "it holds \(other.name), whose layers are not those of this \(name) (\(difference)); "
                    + "give the --model, --units and --activation that it was trained with")
        }
        var values: [String: Tensor] = [:]
        for (parameter, weight) in zip(parameters, other.weights) { values[parameter.name] = weight.tensor }
        try setWeights(values)
    }
}

extension Layer {
    /// What decides the meaning of the layer's weights and outputs, in a few words.
    fileprivate var essence: String {
        switch self {
        case let layer as Dense: "Dense \(layer.units) \(layer.activation.name)"
        case let layer as Conv2D:
            "Conv2D \(layer.filters)@\(layer.kernelSize.height)x\(layer.kernelSize.width) \(layer.activation.name)"
        case let layer as Activation: "Activation \(layer.activation.name)"
        case is Dropout: "Dropout"
        default: Self.className
        }
    }
}

/// The optimizers by Keras's names.
enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
    case sgd, rmsprop, adam, adamw

    var optimizer: any Optimizer {
        switch self {
        case .sgd: SGD()
        case .rmsprop: RMSprop()
        case .adam: Adam()
        case .adamw: AdamW()
        }
    }
}

extension Loss: ExpressibleByArgument {
    /// The loss of a Keras name.
    public init?(argument: String) { self.init(name: argument) }
    /// The names in messages and completions.
    public static var allValueStrings: [String] { names }
}

extension ActivationFunction: ExpressibleByArgument {
    /// The activation of a Keras name.
    public init?(argument: String) { self.init(name: argument) }
    /// The names in messages and completions.
    public static var allValueStrings: [String] { names }
}

/// Numbers of units, separated by commas.
struct UnitList: ExpressibleByArgument {
    let counts: [Int]

    init?(argument: String) {
        let counts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard counts.allSatisfy({ ($0 ?? 0) > 0 }) else { return nil }
        self.counts = counts.compactMap(\.self)
    }
}
