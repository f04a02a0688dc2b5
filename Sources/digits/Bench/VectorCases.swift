import CKernels

/// What goes over its arrays once: activations, batch normalisation, dropout, losses, optimizers, batches.
enum VectorCases {
    static let activations: [(name: String, kind: ck_activation_kind)] = [
        ("ReLU", CK_RELU), ("leaky ReLU", CK_LEAKY_RELU), ("ELU", CK_ELU), ("GELU", CK_GELU),
        ("GELU tanh", CK_GELU_TANH), ("SiLU", CK_SILU), ("sigmoid", CK_SIGMOID), ("tanh", CK_TANH),
        ("softplus", CK_SOFTPLUS),
    ]

    /// An activation and its derivative.
    static func activation(_ name: String, _ kind: ck_activation_kind, count n: Int) -> [KernelCase] {
        let f = ck_activation(kind: kind, alpha: 0.3)
        return [
            KernelCase(
                kernel: name, variant: "forward", shape: "\(n)", operations: Double(n), reads: floatBytes(n),
                writes: floatBytes(n)
            ) { memory in
                let x = memory.floats(n), y = memory.zeros(n)
                return { ck_activation_forward(n, f, x, y) }
            },
            KernelCase(
                kernel: name, variant: "gradient", shape: "\(n)", operations: Double(n), reads: floatBytes(n, n),
                writes: floatBytes(n)
            ) { memory in
                let saved = memory.floats(n), dy = memory.floats(n), dx = memory.zeros(n)
                return { ck_activation_backward(n, f, saved, saved, dy, dx) }
            },
        ]
    }

    /// The three parts of batch normalisation in training, the last two with ReLU.
    static func normalization(rows: Int, channels: Int) -> [KernelCase] {
        let n = rows * channels
        struct Arrays {
            let x, dy, mean, variance, gamma, beta, dgamma, dbeta, workspace: UnsafeMutablePointer<Float>

            init(_ memory: KernelMemory, _ rows: Int, _ channels: Int) {
                x = memory.floats(rows * channels)
                dy = memory.floats(rows * channels)
                mean = memory.floats(channels)
                variance = memory.floats(channels, from: 0.5)
                gamma = memory.floats(channels)
                beta = memory.floats(channels)
                dgamma = memory.zeros(channels)
                dbeta = memory.zeros(channels)
                workspace = memory.zeros(ck_batchnorm_workspace(rows, channels))
            }
        }
        func part(
            _ variant: String, _ operations: Int, _ reads: Double, _ writes: Double,
            _ call: @escaping (Arrays, UnsafeMutablePointer<Float>) -> Void
        ) -> KernelCase {
            KernelCase(
                kernel: "batch norm", variant: variant, shape: "\(rows)x\(channels)",
                operations: Double(operations * n), reads: reads, writes: writes
            ) { memory in
                let arrays = Arrays(memory, rows, channels)
                let out = memory.zeros(n)
                return { call(arrays, out) }
            }
        }
        let relu = ck_activation(kind: CK_RELU, alpha: 0)
        return [
            part("statistics", 3, floatBytes(n), 0) { arrays, _ in
                ck_batchnorm_statistics(rows, channels, arrays.x, arrays.mean, arrays.variance, arrays.workspace)
            },
            part("apply, ReLU", 3, floatBytes(n), floatBytes(n)) { arrays, out in
                ck_batchnorm_apply(
                    rows, channels, arrays.x, arrays.mean, arrays.variance, 1e-3, arrays.gamma, arrays.beta, relu, out)
            },
            // Two passes over x and dy: the sums must be known before the first gradient.
            part("gradient, ReLU", 11, floatBytes(n, n, n, n), floatBytes(n)) { arrays, out in
                ck_batchnorm_backward(
                    rows, channels, arrays.x, arrays.dy, arrays.mean, arrays.variance, 1e-3, arrays.gamma,
                    arrays.beta, relu, arrays.dgamma, arrays.dbeta, out, arrays.workspace)
            },
        ]
    }

    static func dropout(count n: Int, rate: Float) -> KernelCase {
        KernelCase(
            kernel: "dropout", variant: "rate \(rate)", shape: "\(n)", operations: Double(n), reads: floatBytes(n),
            writes: floatBytes(n)
        ) { memory in
            let x = memory.floats(n), y = memory.zeros(n)
            let key = ck_random_key(seed: 1, step: 1, stream: 1)
            return { ck_dropout(key, n, rate, x, y) }
        }
    }

    /// A loss of class labels with its gradient; for logits softmax is part of it.
    static func loss(_ name: String, _ kind: ck_loss_kind, rows: Int, classes: Int) -> KernelCase {
        let n = rows * classes
        return KernelCase(
            kernel: "loss", variant: name, shape: "\(rows)x\(classes)", operations: Double(5 * n),
            reads: floatBytes(n, rows), writes: floatBytes(n)
        ) { memory in
            let outputs = memory.floats(n, from: 0.05), gradient = memory.zeros(n)
            let labels = memory.indices(rows, below: classes)
            return {
                var targets = ck_targets(dense: nil, labels: labels, row_weights: nil)
                _ = ck_loss(kind, rows, classes, outputs, &targets, 1 / Float(rows), nil, gradient)
            }
        }
    }

    static func softmax(rows: Int, classes: Int) -> KernelCase {
        let n = rows * classes
        return KernelCase(
            kernel: "softmax", variant: "forward", shape: "\(rows)x\(classes)", operations: Double(4 * n),
            reads: floatBytes(n), writes: floatBytes(n)
        ) { memory in
            let x = memory.floats(n), y = memory.zeros(n)
            return { ck_softmax_forward(rows, classes, x, y) }
        }
    }

    /// One step over so many parameters.
    static func optimizer(_ name: String, parameters n: Int) -> KernelCase? {
        func step(
            _ state: Int, _ operations: Int,
            _ call: @escaping (_ g: UnsafeMutablePointer<Float>, _ s: [UnsafeMutablePointer<Float>]) -> Void
        ) -> KernelCase {
            KernelCase(
                kernel: "optimizer", variant: name, shape: "\(n)", operations: Double(operations * n),
                reads: floatBytes((2 + state) * n), writes: floatBytes((1 + state) * n)
            ) { memory in
                let gradient = memory.floats(n)
                let arrays = (0...state).map { _ in memory.floats(n, from: 0.1) }
                return { call(gradient, arrays) }
            }
        }
        return switch name {
        case "SGD": step(0, 2) { ck_sgd(n, 1e-9, 0, false, $0, nil, $1[0]) }
        case "RMSprop": step(1, 8) { ck_rmsprop(n, 1e-9, 0.9, 0, 1e-7, $0, $1[1], nil, nil, $1[0]) }
        case "Adam": step(2, 11) { ck_adam(n, 1e-9, 1e-9, 0.9, 0.999, 1e-7, 0, $0, $1[1], $1[2], $1[0]) }
        default: nil
        }
    }

    /// Assembling a batch of bytes as floats.
    static func gather(rows: Int, size: Int) -> KernelCase {
        KernelCase(
            kernel: "gather", variant: "bytes", shape: "\(rows)x\(size)", operations: Double(rows * size),
            reads: Double(rows * size), writes: floatBytes(rows * size)
        ) { memory in
            let images = 60_000  // in no cache, as a data set is
            let source = memory.bytes(images * size), out = memory.zeros(rows * size)
            let indices = memory.indices(rows, below: images)
            return { ck_gather_rows_u8(rows, size, indices, source, 1 / 255, out) }
        }
    }

    /// What no network of the nine has at this size, or does not have at all.
    static var sweep: [KernelCase] {
        activations.flatMap { activation($0.name, $0.kind, count: 1_179_648) }
            + [softmax(rows: 256, classes: 10), softmax(rows: 256, classes: 1000)]
            + [
                loss("binary cross-entropy", CK_BINARY_CROSSENTROPY, rows: 256, classes: 10),
                loss("absolute error", CK_MEAN_ABSOLUTE_ERROR, rows: 256, classes: 10),
            ]
            + reductions
    }

    private static var reductions: [KernelCase] {
        let (rows, columns) = (18432, 64)
        let n = rows * columns
        return [
            KernelCase(
                kernel: "add", variant: "arrays", shape: "\(n)", operations: Double(n), reads: floatBytes(n, n),
                writes: floatBytes(n)
            ) { memory in
                let a = memory.floats(n), b = memory.floats(n), y = memory.zeros(n)
                return { ck_binary(CK_ADD, n, a, b, y) }
            },
            KernelCase(
                kernel: "column sums", variant: "bias gradient", shape: "\(rows)x\(columns)", operations: Double(n),
                reads: floatBytes(n), writes: floatBytes(columns)
            ) { memory in
                let x = memory.floats(n), sums = memory.zeros(columns)
                let workspace = memory.zeros(ck_column_sums_workspace(rows, columns))
                return { ck_column_sums(rows, columns, x, sums, workspace) }
            },
            KernelCase(
                kernel: "transpose", variant: "matrix", shape: "\(rows)x\(columns)", operations: 0,
                reads: floatBytes(n), writes: floatBytes(n)
            ) { memory in
                let x = memory.floats(n), y = memory.zeros(n)
                return { ck_transpose(1, rows, columns, x, y) }
            },
            KernelCase(
                kernel: "random", variant: "uniform", shape: "\(n)", operations: Double(n), reads: 0,
                writes: floatBytes(n)
            ) { memory in
                let out = memory.zeros(n)
                let key = ck_random_key(seed: 1, step: 1, stream: 1)
                return { ck_random_uniform(key, n, 0, 1, out) }
            },
            KernelCase(
                kernel: "random", variant: "normal", shape: "\(n)", operations: Double(n), reads: 0,
                writes: floatBytes(n)
            ) { memory in
                let out = memory.zeros(n)
                let key = ck_random_key(seed: 1, step: 1, stream: 1)
                return { ck_random_normal(key, n, 0, 1, out) }
            },
        ]
    }
}
