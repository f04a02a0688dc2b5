import Testing

@testable import ConvNet

/// Where a zero needs no gradient: behind ReLU, and behind what hands ReLU's zeros on.
@Suite struct ZeroGradientTests {
    struct Chain: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let layers: [any Layer]
        let zerosNeedNone: Bool

        init(_ name: String, _ zerosNeedNone: Bool, _ layers: any Layer...) {
            testDescription = name
            self.layers = layers
            self.zerosNeedNone = zerosNeedNone
        }
    }

    static let chains = [
        Chain("convolution and ReLU", true, Conv2D(4, kernelSize: 3, activation: .relu)),
        Chain("convolution", false, Conv2D(4, kernelSize: 3)),
        Chain("convolution and tanh", false, Conv2D(4, kernelSize: 3, activation: .tanh)),
        Chain("convolution and leaky ReLU", false, Conv2D(4, kernelSize: 3, activation: .leakyReLU())),
        Chain("pooled ReLU", true, Conv2D(4, kernelSize: 3, activation: .relu), MaxPooling2D()),
        Chain("ReLU of pooled", true, Conv2D(4, kernelSize: 3), MaxPooling2D(), Activation(.relu)),
        Chain("pooled convolution", false, Conv2D(4, kernelSize: 3), MaxPooling2D()),
        Chain("averaged ReLU", false, Conv2D(4, kernelSize: 3, activation: .relu), AveragePooling2D()),
        Chain(
            "overlapping windows of ReLU", true, Conv2D(4, kernelSize: 3, activation: .relu),
            MaxPooling2D(poolSize: 3, strides: 1)),
        Chain(
            "dropout behind ReLU", true, Conv2D(4, kernelSize: 3, activation: .relu), MaxPooling2D(), Dropout(0.2),
            Flatten()),
        Chain("dropout of the input", false, Dropout(0.2)),
        Chain("dropout behind tanh", false, Activation(.tanh), Dropout(0.2)),
        Chain("batch normalisation", false, BatchNormalization()),
        Chain("batch normalisation and ReLU", true, BatchNormalization(), Activation(.relu)),
        Chain("pooled batch normalisation and ReLU", true, BatchNormalization(), Activation(.relu), MaxPooling2D()),
        Chain(
            "channels first", true, Conv2D(4, kernelSize: 3, dataFormat: .channelsFirst, activation: .relu),
            Reshape([-1])),
        Chain("padded ReLU", false, Activation(.relu), ZeroPadding2D(1)),
        Chain("softmax", false, Activation(.softmax)),
        Chain("dense and ReLU", true, Flatten(), Dense(5, activation: .relu)),
        Chain("dense behind ReLU", false, Activation(.relu), Flatten(), Dense(5)),
    ]

    @Test(arguments: chains)
    func ofTheOutput(_ chain: Chain) throws {
        let graph = try Sequential.graph(inputShape: [8, 8, 8], layers: try Sequential.named(chain.layers))
        #expect(graph.zerosNeedNoGradient()[graph.output.buffer.index] == chain.zerosNeedNone)
        #expect(!graph.zerosNeedNoGradient()[graph.input.buffer.index])
    }
}
