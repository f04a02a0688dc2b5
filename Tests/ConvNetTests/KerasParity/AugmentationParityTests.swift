import CKernels
import Testing

@testable import ConvNet

/// Images through the affine transformation of Keras's `ImageDataGenerator`, with every fill mode.
@Suite struct AugmentationParityTests {
    @Test func everyCaseIsThere() throws {
        #expect(try Fixture.cases("augmentation").count == 64)
    }

    @Test(arguments: try Fixture.cases("augmentation"))
    func transformation(_ keras: KerasCase) throws {
        let image = try keras.tensor("image")
        func parameter(_ name: String, _ standard: Double = 0) -> Double { keras.config[name]?.double ?? standard }
        let warp = ck_warp_affine(
            parameter("theta"), parameter("tx"), parameter("ty"), parameter("shear"), parameter("zx", 1),
            parameter("zy", 1))
        let value = try #require(keras.settings.float("value"))
        let scalars = image.scalars.withUnsafeBufferPointer { floats in
            var source = ck_image_source(
                floats: floats.baseAddress, bytes: nil, scale: 1, height: image.shape[0], width: image.shape[1],
                channels: image.shape[2])
            var output = [Float](repeating: .nan, count: image.count)
            ck_warp_images(&source, fill(keras), value, 1, [0], [warp], &output)
            return output
        }
        // A position's rounding, some 64 pixels' worth, times the steepest slope along both axes.
        expectClose(
            Tensor(shape: image.shape, scalars: scalars), try keras.tensor("output"), .elementwise.times(32),
            keras.name)
    }

    private func fill(_ keras: KerasCase) -> ck_fill_mode {
        switch keras.settings["fill"]?.string {
        case "constant": CK_FILL_CONSTANT
        case "reflect": CK_FILL_REFLECT
        case "wrap": CK_FILL_WRAP
        default: CK_FILL_NEAREST
        }
    }
}
