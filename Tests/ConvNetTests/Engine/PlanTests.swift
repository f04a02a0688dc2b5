import Testing

@testable import ConvNet

@Suite struct PlanTests {
    /// A network by name: the built-in ones, and some that do what those do not.
    private static func graph(_ name: String) throws -> Graph {
        let shape: [Int]
        let layers: [any Layer]
        switch name {
        case "channels first":
            shape = [3, 12, 10]
            layers = [
                Conv2D(8, kernelSize: 3, padding: .same, dataFormat: .channelsFirst, activation: .gelu()),
                BatchNormalization(axis: 1), MaxPooling2D(dataFormat: .channelsFirst), Dropout(0.5),
                ZeroPadding2D(1, dataFormat: .channelsFirst), Activation(.silu),
                AveragePooling2D(dataFormat: .channelsFirst), Activation(.softmax),
            ]
        case "images to images":
            shape = [9, 7, 2]
            layers = [
                Conv2D(5, kernelSize: 3, padding: .same), Activation(.relu), Reshape([63, 5]), Dense(4),
                Activation(.softmax), Reshape([9, 7, 4]),
            ]
        case "nothing learns": (shape, layers) = ([8, 8, 1], [MaxPooling2D(), Flatten(), Activation(.softmax)])
        case "chain": (shape, layers) = ([100], (0..<20).map { _ in Dense(100, activation: .tanh) })
        default:
            let network = try BuiltinNetwork.named(name)
            (shape, layers) = (network.inputShape, network.layers)
        }
        return try Sequential.graph(inputShape: shape, layers: try Sequential.named(layers))
    }

    private static let own = ["channels first", "images to images", "nothing learns", "chain"]
    static let names = own + BuiltinNetwork.all.map(\.name)

    /// Plays a pass without computing: every cache line of the arena knows what was written there last, and whoever reads
    /// must find what belongs to it.
    private struct Play {
        enum Content: Equatable {
            case nothing, value(Int), gradient(Int), saved(Int)
        }

        let plan: Plan
        var arena: [Content]

        init(_ plan: Plan) {
            self.plan = plan
            arena = .init(repeating: .nothing, count: plan.arenaCount / 16 + 1)
        }

        func range(_ content: Content) throws -> Range<Int> {
            let (start, count): (Int, Int)
            switch content {
            case .nothing:
                return 0..<0
            case .value(let index):
                (start, count) = (plan.bufferOffsets[index], plan.graph.bufferCounts[index] * plan.batch)
            case .gradient(let index):
                (start, count) = (
                    try #require(plan.gradientOffsets[index]), plan.graph.bufferCounts[index] * plan.batch
                )
            case .saved(let step):
                (start, count) = (plan.savedOffsets[step], plan.graph.steps[step].saved(batch: plan.batch))
            }
            return start / 16..<(start + count + 15) / 16
        }

        func holds(_ content: Content) throws -> Bool {
            try range(content).allSatisfy { arena[$0] == content }
        }

        /// What is read must be there before and, since kernels read while they write, after the writing, unless it may
        /// be overwritten.
        mutating func act(
            reads: [Content], writes: [Content], mayReplace: [Content] = [], _ what: String
        ) throws {
            for content in reads { #expect(try holds(content), "\(what) finds no \(content)") }
            for content in writes {
                for index in try range(content) { arena[index] = content }
            }
            for content in reads + writes where !mayReplace.contains(content) {
                #expect(try holds(content), "\(what) overwrites \(content)")
            }
        }

        mutating func run() throws {
            let graph = plan.graph
            #expect(plan.workspaceOffset + plan.workspaceCount <= plan.arenaCount)
            try act(reads: [], writes: [.value(graph.input.buffer.index)], "the input")
            for (index, step) in graph.steps.enumerated() {
                let saved: [Content] = plan.isTraining ? [.saved(index)] : []
                try act(
                    reads: [.value(step.input.index)], writes: [.value(step.output.index)] + saved,
                    mayReplace: step.forwardWorksInPlace ? [.value(step.input.index)] : [], "step \(index) forward")
            }
            try act(reads: [.value(graph.output.buffer.index)], writes: [], "the caller")
            if plan.isTraining { try runBackward() }
            #expect(try holds(.value(graph.output.buffer.index)), "the output does not last")
            let used = arena.lastIndex { $0 != .nothing } ?? 0
            #expect(used * 16 < plan.workspaceOffset, "the workspace lies where values do")
        }

        private mutating func runBackward() throws {
            let graph = plan.graph
            let last = graph.steps.count - 1
            if graph.steps.last is SoftmaxStep, plan.gradientOffsets[graph.steps[last].input.index] != nil {
                // The loss that takes the softmax over comes first here, and the other below goes on from its output.
                var fused = self
                let logits = graph.steps[last].input.index
                try fused.act(
                    reads: [.value(logits)], writes: [.gradient(logits), .value(graph.output.buffer.index)],
                    "the loss with softmax")
                try fused.walkBack(from: last - 1)
            }
            guard plan.gradientOffsets[graph.output.buffer.index] != nil else { return }
            try act(
                reads: [.value(graph.output.buffer.index)], writes: [.gradient(graph.output.buffer.index)], "the loss")
            try walkBack(from: last)
        }

        private mutating func walkBack(from last: Int) throws {
            let graph = plan.graph
            for index in stride(from: last, through: 0, by: -1) {
                let step = graph.steps[index]
                guard plan.gradientOffsets[step.output.index] != nil else { continue }
                var reads: [Content] = [.gradient(step.output.index), .saved(index)]
                if step.backwardReadsInput { reads.append(.value(step.input.index)) }
                if step.backwardReadsOutput { reads.append(.value(step.output.index)) }
                let isWanted = plan.gradientOffsets[step.input.index] != nil
                try act(
                    reads: reads, writes: isWanted ? [.gradient(step.input.index)] : [],
                    mayReplace: (step.backwardWorksInPlace ? [.gradient(step.output.index)] : [])
                        + (step.backwardReplacesInput ? [.value(step.input.index)] : []),
                    "step \(index) backward")
            }
        }
    }

    @Test(arguments: names, [1, 3])
    func everyoneFindsWhatTheyRead(name: String, batch: Int) throws {
        let graph = try Self.graph(name)
        for isTraining in [false, true] {
            for wantsInputGradient in isTraining ? [false, true] : [false] {
                var play = Play(
                    Plan(graph: graph, batch: batch, isTraining: isTraining, wantsInputGradient: wantsInputGradient))
                try play.run()
            }
        }
    }

    @Test(arguments: BuiltinNetwork.all.map(\.name))
    func valuesShareMemory(name: String) throws {
        let graph = try Self.graph(name)
        func room(_ count: Int) -> Int { (count * 32 + 15) / 16 * 16 }
        // At any moment a chain needs one step's input and output; the network's own output stays beside them.
        let pairs = graph.steps.map {
            room(graph.bufferCounts[$0.input.index]) + room(graph.bufferCounts[$0.output.index])
        }
        let pair = try #require(pairs.max())
        let inference = Plan(graph: graph, batch: 32, isTraining: false)
        #expect(inference.workspaceOffset <= pair + room(graph.output.count))
        // In training every value may be needed until the end, but of the gradients only two at a time.
        let values = graph.bufferCounts.reduce(0) { $0 + room($1) }
        let saved = graph.steps.reduce(0) { $0 + room($1.saved(batch: 32)) / 32 + 16 }
        #expect(Plan(graph: graph, batch: 32, isTraining: true).workspaceOffset <= values + saved + pair)
    }

    /// Of a step's input, the gradient lies where the value was, unless somebody still reads that: ReLU behind a
    /// convolution without pooling or a dense layer, tanh.
    @Test(arguments: [
        ("cnn-basic", [1: true, 2: false]), ("cnn-wide", [1: false, 3: true, 5: true]),
        ("cnn-batchnorm", [1: false, 2: true, 3: true, 4: true, 7: true]), ("chain", [1: false, 2: false]),
    ])
    func gradientsReplaceValues(name: String, replaced: [Int: Bool]) throws {
        let plan = Plan(graph: try Self.graph(name), batch: 4, isTraining: true)
        for (step, isReplaced) in replaced {
            let buffer = plan.graph.steps[step].input.index
            let gradient = try #require(plan.gradientOffsets[buffer])
            #expect((gradient == plan.bufferOffsets[buffer]) == isReplaced, "input of step \(step)")
        }
        let wanting = Plan(graph: plan.graph, batch: 4, isTraining: true, wantsInputGradient: true)
        #expect(wanting.gradientOffsets[0] != wanting.bufferOffsets[0])
    }

    @Test func aLongChainNeedsTwoBuffers() throws {
        let graph = try Self.graph("chain")
        let plan = Plan(graph: graph, batch: 16, isTraining: false)
        #expect(plan.arenaCount - plan.workspaceCount == 2 * 1600)
        // In training the values stay, and the gradients are two by turns.
        let training = Plan(graph: graph, batch: 16, isTraining: true)
        #expect(training.arenaCount - training.workspaceCount <= (21 + 2) * 1600)
    }

    @Test(arguments: names)
    func aWorkspaceSufficesForSmallerBatches(name: String) throws {
        for step in try Self.graph(name).steps {
            for isTraining in [false, true] {
                let largest = step.workspace(batch: 130, training: isTraining)
                for batch in 1..<130 {
                    #expect(step.workspace(batch: batch, training: isTraining) <= largest, "batch \(batch)")
                    #expect(step.saved(batch: batch) <= step.saved(batch: 130))
                }
            }
        }
    }

    @Test func gradientsAreThereOnlyWhereTheyAreWanted() throws {
        let layers: [any Layer] = [
            ZeroPadding2D(1), MaxPooling2D(), BatchNormalization(center: false, scale: false), Dropout(0.5), Flatten(),
            Dense(4), Activation(.gelu()), Dense(2),
        ]
        let graph = try Sequential.graph(inputShape: [6, 6, 1], layers: try Sequential.named(layers))
        func wanted(_ plan: Plan) -> [Bool] { plan.gradientOffsets.map { $0 != nil } }
        // The input, padded, pooled, normalised, dropped, dense, gelu, dense: all from the first dense layer's output on.
        #expect(
            wanted(Plan(graph: graph, batch: 2, isTraining: true)) == [
                false, false, false, false, false, true, true, true,
            ])
        #expect(
            wanted(Plan(graph: graph, batch: 2, isTraining: true, wantsInputGradient: true))
                == [Bool](repeating: true, count: 8))
        #expect(wanted(Plan(graph: graph, batch: 2, isTraining: false)) == [Bool](repeating: false, count: 8))
    }

    @Test func inputsOfFirstLayersGetNoGradient() throws {
        for name in BuiltinNetwork.all.map(\.name) {
            let graph = try Self.graph(name)
            let plan = Plan(graph: graph, batch: 4, isTraining: true)
            #expect(plan.gradientOffsets[graph.input.buffer.index] == nil)
            #expect(plan.gradientOffsets[graph.output.buffer.index] != nil)
        }
    }
}
