import Testing

@testable import ConvNet

/// What layers make of shapes, and which they refuse: in words that name both.
@Suite struct LayerShapeTests {
    private func outputShape(_ inputShape: [Int], _ layers: any Layer...) throws -> [Int] {
        try Sequential.graph(inputShape: inputShape, layers: try Sequential.named(layers)).output.shape
    }

    /// One layer and what it makes of a shape.
    struct Case: Sendable {
        let inputShape: [Int]
        let layer: any Layer
        let outputShape: [Int]
    }

    static let cases: [Case] = [
        .init(inputShape: [4], layer: Dense(3), outputShape: [3]),
        .init(inputShape: [5, 6, 4], layer: Dense(3), outputShape: [5, 6, 3]),
        .init(inputShape: [5, 6, 4], layer: Flatten(), outputShape: [120]),
        .init(inputShape: [5, 6, 4], layer: Flatten(dataFormat: .channelsFirst), outputShape: [120]),
        .init(inputShape: [5], layer: Flatten(), outputShape: [5]),
        .init(inputShape: [5, 6, 4], layer: Reshape([-1, 8]), outputShape: [15, 8]),
        .init(inputShape: [5, 6, 4], layer: Reshape([120]), outputShape: [120]),
        .init(inputShape: [5, 6, 4], layer: Dropout(0.5), outputShape: [5, 6, 4]),
        .init(inputShape: [5, 6, 4], layer: Activation(.softmax), outputShape: [5, 6, 4]),
        .init(inputShape: [5, 6, 4], layer: BatchNormalization(), outputShape: [5, 6, 4]),
        .init(inputShape: [5, 6, 4], layer: BatchNormalization(axis: 1), outputShape: [5, 6, 4]),
        .init(inputShape: [5, 6, 4], layer: BatchNormalization(axis: 3), outputShape: [5, 6, 4]),
        .init(inputShape: [5, 6, 4], layer: ZeroPadding2D(Size(1, 2)), outputShape: [7, 10, 4]),
        .init(
            inputShape: [5, 6, 4],
            layer: ZeroPadding2D(top: 1, bottom: 2, left: 3, right: 4, dataFormat: .channelsFirst),
            outputShape: [5, 9, 11]),
        .init(inputShape: [5, 6, 4], layer: GlobalMaxPooling2D(), outputShape: [4]),
        .init(inputShape: [5, 6, 4], layer: GlobalMaxPooling2D(dataFormat: .channelsFirst), outputShape: [5]),
        .init(inputShape: [5, 6, 4], layer: GlobalAveragePooling2D(keepDimensions: true), outputShape: [1, 1, 4]),
        .init(
            inputShape: [5, 6, 4], layer: GlobalAveragePooling2D(keepDimensions: true, dataFormat: .channelsFirst),
            outputShape: [5, 1, 1]),
        .init(inputShape: [28, 28, 1], layer: Conv2D(32, kernelSize: 3), outputShape: [26, 26, 32]),
        .init(inputShape: [28, 28, 1], layer: Conv2D(32, kernelSize: 28), outputShape: [1, 1, 32]),
        .init(
            inputShape: [1, 28, 27], layer: Conv2D(32, kernelSize: 3, dataFormat: .channelsFirst),
            outputShape: [32, 26, 25]),
        .init(inputShape: [28, 28, 1], layer: Conv2D(2, kernelSize: 3, padding: .same), outputShape: [28, 28, 2]),
        .init(
            inputShape: [28, 29, 1], layer: Conv2D(2, kernelSize: 3, strides: Size(2, 3), padding: .same),
            outputShape: [14, 10, 2]),
        .init(inputShape: [28, 29, 1], layer: Conv2D(2, kernelSize: 3, strides: Size(2, 3)), outputShape: [13, 9, 2]),
        .init(
            inputShape: [28, 29, 1], layer: Conv2D(2, kernelSize: Size(2, 5), dilation: Size(3, 2)),
            outputShape: [25, 21, 2]),
        .init(
            inputShape: [2, 2, 1], layer: Conv2D(2, kernelSize: 9, padding: .same, dilation: 5), outputShape: [2, 2, 2]),
        .init(inputShape: [5, 6, 4], layer: MaxPooling2D(), outputShape: [2, 3, 4]),
        .init(inputShape: [5, 6, 4], layer: MaxPooling2D(padding: .same), outputShape: [3, 3, 4]),
        .init(inputShape: [5, 6, 4], layer: MaxPooling2D(poolSize: 3, strides: 1), outputShape: [3, 4, 4]),
        .init(inputShape: [5, 6, 4], layer: AveragePooling2D(poolSize: Size(5, 6)), outputShape: [1, 1, 4]),
        .init(
            inputShape: [4, 5, 6],
            layer: AveragePooling2D(poolSize: 2, strides: 3, padding: .same, dataFormat: .channelsFirst),
            outputShape: [4, 2, 2]),
    ]

    @Test(arguments: cases.indices)
    func shapesFollowTheFormulas(index: Int) throws {
        let test = Self.cases[index]
        #expect(try outputShape(test.inputShape, test.layer) == test.outputShape)
        // The memory has room for what the kernels write, and every element is written.
        let model = try Sequential(inputShape: test.inputShape, layers: [test.layer])
        let y = try model.predict(.ones([2] + test.inputShape))
        #expect(y.shape == [2] + test.outputShape)
        #expect(y.scalars.allSatisfy { $0.isFinite })
    }

    /// One layer that cannot be built, and what its refusal must name.
    struct Refusal: Sendable {
        let inputShape: [Int]
        let layer: any Layer
        let names: [String]
    }

    static let refusals: [Refusal] = [
        .init(inputShape: [4], layer: Dense(0), names: ["dense", "0 units"]),
        .init(inputShape: [4], layer: Dense(-3), names: ["-3 units"]),
        .init(inputShape: [4], layer: Dense(.max), names: ["9223372036854775807 units", "16777216"]),
        .init(inputShape: [1 << 30], layer: Dense(1 << 24), names: ["dense", "make it smaller"]),
        .init(inputShape: [4], layer: Conv2D(2, kernelSize: 3), names: ["conv2d", "three dimensions", "[4]"]),
        .init(inputShape: [4, 5], layer: MaxPooling2D(), names: ["max_pooling2d", "three dimensions", "[4, 5]"]),
        .init(inputShape: [4, 5], layer: AveragePooling2D(), names: ["average_pooling2d", "[4, 5]"]),
        .init(inputShape: [4, 5], layer: GlobalMaxPooling2D(), names: ["global_max_pooling2d", "[4, 5]"]),
        .init(inputShape: [4, 5], layer: GlobalAveragePooling2D(), names: ["global_average_pooling2d", "[4, 5]"]),
        .init(inputShape: [4, 5, 6, 7], layer: ZeroPadding2D(), names: ["zero_padding2d", "[4, 5, 6, 7]"]),
        .init(inputShape: [2, 8, 1], layer: Conv2D(2, kernelSize: 3), names: ["3 pixels of height", "gives 2"]),
        .init(inputShape: [8, 2, 1], layer: Conv2D(2, kernelSize: 3), names: ["3 pixels of width", "gives 2"]),
        .init(
            inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: 3, dilation: 4),
            names: ["9 pixels of height", "gives 8"]),
        .init(inputShape: [8, 8, 1], layer: MaxPooling2D(poolSize: 9), names: ["9 pixels of height", "gives 8"]),
        .init(
            inputShape: [8, 8, 1], layer: AveragePooling2D(poolSize: Size(8, 9)),
            names: ["9 pixels of width", "gives 8"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(0, kernelSize: 3), names: ["0 filters"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(.max, kernelSize: 3), names: ["filters"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: 0), names: ["kernel size 0x0"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: Size(3, -1)), names: ["kernel size 3x-1"]),
        .init(
            inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: Size(1 << 40, 1 << 40), padding: .same),
            names: ["kernel size"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: Size(.max, .min)), names: ["kernel size"]),
        .init(
            inputShape: [8, 8, 1], layer: Conv2D(1 << 24, kernelSize: 65536, padding: .same),
            names: ["make it smaller"]),
        .init(inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: 3, strides: 0), names: ["strides 0x0"]),
        .init(
            inputShape: [8, 8, 1], layer: Conv2D(2, kernelSize: 3, dilation: Size(1, 1 << 62)), names: ["dilation 1x"]),
        .init(inputShape: [8, 8, 1], layer: MaxPooling2D(poolSize: 0), names: ["pool size 0x0"]),
        .init(inputShape: [8, 8, 1], layer: MaxPooling2D(strides: -1), names: ["strides -1x-1"]),
        .init(inputShape: [8, 8, 1], layer: AveragePooling2D(poolSize: .init(1, .max)), names: ["pool size 1x"]),
        .init(inputShape: [8, 8, 1], layer: AveragePooling2D(strides: .init(0, 1)), names: ["strides 0x1"]),
        .init(inputShape: [8, 8, 1], layer: ZeroPadding2D(-1), names: ["borders -1, -1, -1, -1"]),
        .init(
            inputShape: [8, 8, 1], layer: ZeroPadding2D(top: 0, bottom: .max, left: 0, right: 0), names: ["borders 0,"]),
        .init(inputShape: [8, 8, 1], layer: ZeroPadding2D(65536), names: ["make it smaller"]),
        .init(inputShape: [5, 6], layer: Reshape([7, -1]), names: ["[5, 6] has 30 elements"]),
        .init(inputShape: [5, 6], layer: Reshape([31]), names: ["[5, 6] has 30 elements", "[31] has 31"]),
        .init(inputShape: [5, 6], layer: Reshape([60, -1]), names: ["[60, 0]"]),
        .init(inputShape: [5, 6], layer: Reshape([-1, -1]), names: ["target shape [-1, -1]"]),
        .init(inputShape: [5, 6], layer: Reshape([0, -1]), names: ["target shape [0, -1]"]),
        .init(inputShape: [5, 6], layer: Reshape([-2, 15]), names: ["target shape [-2, 15]"]),
        .init(inputShape: [1], layer: Reshape([]), names: ["target shape []"]),
        .init(inputShape: [5, 6], layer: Reshape([1 << 40, 1 << 40]), names: ["30 elements"]),
        .init(inputShape: [5, 6], layer: Reshape([.max, .max, -1]), names: ["30 elements"]),
        .init(inputShape: [5], layer: Dropout(1), names: ["dropout", "rate 1.0"]),
        .init(inputShape: [5], layer: Dropout(-0.5), names: ["rate -0.5"]),
        .init(inputShape: [5], layer: Dropout(.nan), names: ["rate nan"]),
        .init(inputShape: [5], layer: BatchNormalization(axis: 0), names: ["batch_normalization", "axis 0", "[5]"]),
        .init(inputShape: [5, 6], layer: BatchNormalization(axis: 3), names: ["axis 3", "[5, 6]"]),
        .init(inputShape: [5, 6, 7], layer: BatchNormalization(axis: 2), names: ["axis 2", "[5, 6, 7]"]),
        .init(inputShape: [5], layer: BatchNormalization(axis: .min), names: ["axis"]),
        .init(inputShape: [5], layer: Activation(.leakyReLU(slope: -0.1)), names: ["activation", "slope", "-0.1"]),
        .init(inputShape: [5], layer: Dense(2, activation: .elu(alpha: .nan)), names: ["dense", "alpha", "nan"]),
        .init(
            inputShape: [5, 5, 1], layer: Conv2D(2, kernelSize: 1, activation: .elu(alpha: -1)), names: ["alpha", "-1"]),
    ]

    @Test(arguments: refusals.indices)
    func whatCannotBeIsRefused(index: Int) {
        let test = Self.refusals[index]
        let error = #expect(throws: ConvNetError.self) {
            try Sequential(inputShape: test.inputShape, layers: [test.layer])
        }
        #expect(error?.kind == .invalidModel)
        for name in test.names {
            #expect(error?.message.contains(name) == true, "\(error?.message ?? "") lacks \(name)")
        }
    }

    @Test func manyLayersTogetherMayNotBeTooLarge() {
        // Each is allowed; their weights together are not.
        let layers = (0..<6).map { _ in Dense(1 << 15) }
        let error = #expect(throws: ConvNetError.self) { try Sequential(inputShape: [1 << 15], layers: layers) }
        #expect(error?.kind == .invalidModel)
    }
}
