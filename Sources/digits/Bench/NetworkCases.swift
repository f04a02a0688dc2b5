import CKernels
import ConvNet

/// The kernels of the built-in networks' training steps and one-image predictions, at those networks' own shapes.
enum NetworkCases {
    /// Every case once; a case names all networks that have it.
    static func all() throws -> [KernelCase] {
        var cases: [KernelCase] = []
        for network in BuiltinNetwork.all {
            var walk = Walk(network)
            for layer in network.layers { walk.add(layer) }
            walk.addStep(parameters: try network.model().parameterCount)
            cases += walk.cases
        }
        return merged(cases)
    }

    /// Cases of the same name become one.
    static func merged(_ cases: [KernelCase]) -> [KernelCase] {
        var places: [String: Int] = [:]
        var result: [KernelCase] = []
        for found in cases {
            if let place = places[found.name] {
                let new = found.networks.filter { !result[place].networks.contains($0) }
                result[place].networks += new
            } else {
                places[found.name] = result.count
                result.append(found)
            }
        }
        return result
    }

    /// Goes through a network's layers and follows the shape of one example.
    private struct Walk {
        private let network: BuiltinNetwork
        private let batch: Int
        private var side: Int
        private var channels: Int
        private var isFirst = true
        /// The layer before, where it is a convolution, and whether that was the first layer.
        private var convolution: (shape: ImageCases.Convolution, isFirst: Bool)?
        private(set) var cases: [KernelCase] = []

        /// Elements of one example.
        private var count: Int { side * side * channels }

        init(_ network: BuiltinNetwork) {
            self.network = network
            batch = network.batchSize
            // Square images: height, width, channels.
            side = network.inputShape[0]
            channels = network.inputShape[2]
        }

        private mutating func add(_ found: [KernelCase]) {
            cases += found.map { found in
                var found = found
                found.networks = [network.name]
                return found
            }
        }

        mutating func add(_ layer: any Layer) {
            let before = convolution
            convolution = nil
            switch layer {
            case let layer as Dense:
                add(MatrixCases.layer(batch: batch, inputs: count, units: layer.units, isFirst: isFirst))
                add([MatrixCases.product(.plain, 1, layer.units, count, dense: true)])
                add(activation: layer.activation, count: batch * layer.units)
                (side, channels, isFirst) = (1, layer.units, false)
            case let layer as Conv2D:
                var convolution = ImageCases.Convolution(
                    batch: batch, side: side, inputs: channels, outputs: layer.filters, kernel: layer.kernelSize.height)
                add(ImageCases.layer(convolution, isFirst: isFirst))
                self.convolution = (convolution, isFirst)
                convolution.batch = 1
                add([ImageCases.prediction(convolution)])
                (side, channels, isFirst) = (side - layer.kernelSize.height + 1, layer.filters, false)
                add(activation: layer.activation, count: batch * count)
            case let layer as MaxPooling2D:
                let window = layer.poolSize.height
                add(ImageCases.pooling(batch: batch, side: side, channels: channels, window: window))
                if let before, window == 2 { add(ImageCases.pooledLayer(before.shape, isFirst: before.isFirst)) }
                side /= window
            case is BatchNormalization:
                add(VectorCases.normalization(rows: batch * side * side, channels: channels))
            case let layer as Dropout:
                add([VectorCases.dropout(count: batch * count, rate: layer.rate)])
            case let layer as Activation:
                add(activation: layer.activation, count: batch * count)
            default:
                break  // a flatten moves nothing
            }
        }

        private mutating func add(activation: ActivationFunction, count: Int) {
            switch activation {
            case .relu: add(VectorCases.activation("ReLU", CK_RELU, count: count))
            case .sigmoid: add(VectorCases.activation("sigmoid", CK_SIGMOID, count: count))
            default: break  // softmax belongs to the loss
            }
        }

        /// What a step has besides its layers.
        mutating func addStep(parameters: Int) {
            let classes = channels
            let isSquared = network.loss == .meanSquaredError
            add([
                isSquared
                    ? VectorCases.loss("squared error", CK_MEAN_SQUARED_ERROR, rows: batch, classes: classes)
                    : VectorCases.loss(
                        "softmax cross-entropy", CK_CATEGORICAL_CROSSENTROPY_LOGITS, rows: batch, classes: classes),
                VectorCases.gather(rows: batch, size: network.inputShape.reduce(1, *)),
            ])
            if isSquared { add([VectorCases.softmax(rows: batch, classes: classes)]) }
            if let step = VectorCases.optimizer(type(of: network.optimizer).className, parameters: parameters) {
                add([step])
            }
        }
    }
}
