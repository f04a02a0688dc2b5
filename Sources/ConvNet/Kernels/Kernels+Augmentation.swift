import CKernels

/// Resampling images, at random and as told.
extension Kernels {
    /// Images to pick from, in a borrowed array.
    enum ImageElements {
        case floats(UnsafePointer<Float>)
        case bytes(UnsafePointer<UInt8>, scale: Float)

        fileprivate func source(_ shape: ImageShape) -> ck_image_source {
            switch self {
            case .floats(let floats):
                ck_image_source(
                    floats: floats, bytes: nil, scale: 1, height: shape.height, width: shape.width,
                    channels: shape.channels)
            case .bytes(let bytes, let scale):
                ck_image_source(
                    floats: nil, bytes: bytes, scale: scale, height: shape.height, width: shape.width,
                    channels: shape.channels)
            }
        }
    }

    /// Floats of workspace that ``augment(_:_:_:seed:epoch:indices:count:workspace:into:)`` needs.
    static func augmentWorkspace(_ augmentation: Augmentation, _ shape: ImageShape, count: Int) -> Int {
        var settings = augmentation.settings(shape)
        var source = ck_image_source(
            floats: nil, bytes: nil, scale: 1, height: shape.height, width: shape.width, channels: shape.channels)
        return ck_augment_workspace(&settings, &source, count)
    }

    /// Image `indices[i]`, changed at random, becomes image `i` of the output.
    ///
    /// - Parameters:
    ///   - seed: With the epoch and the image's number decides what happens to it.
    ///   - indices: `count` image numbers.
    static func augment(
        _ augmentation: Augmentation, _ elements: ImageElements, _ shape: ImageShape, seed: UInt64, epoch: Int,
        indices: UnsafePointer<Int32>, count: Int, workspace: Floats, into output: UnsafeMutablePointer<Float>
    ) {
        var settings = augmentation.settings(shape)
        var source = elements.source(shape)
        expect(workspace, ck_augment_workspace(&settings, &source, count), "augmentation, workspace")
        ck_augment_images(
            &settings, seed, augmentationStream, UInt32(truncatingIfNeeded: epoch), &source, count, indices, output,
            workspace.base)
    }

    /// The stream of what happens to images; shuffling has the one above it, layers count from 0.
    private static let augmentationStream = UInt32.max - 1
}

extension Augmentation {
    fileprivate func settings(_ shape: ImageShape) -> ck_augmentation {
        func pixels(_ shift: Float, _ length: Int) -> Float { shift < 1 ? shift * Float(length) : shift }
        let value: Float = if case .constant(let value) = fillMode { value } else { 0 }
        return ck_augmentation(
            rotation: rotationRange, shift_x: pixels(widthShiftRange, shape.width),
            shift_y: pixels(heightShiftRange, shape.height), shear: shearRange, zoom_low: zoomRange.lowerBound,
            zoom_high: zoomRange.upperBound, elastic_alpha: elastic?.alpha ?? 0, elastic_sigma: elastic?.sigma ?? 1,
            fill: fillMode.kernel, fill_value: value)
    }
}

extension Augmentation.FillMode {
    fileprivate var kernel: ck_fill_mode {
        switch self {
        case .nearest: CK_FILL_NEAREST
        case .constant: CK_FILL_CONSTANT
        case .reflect: CK_FILL_REFLECT
        case .wrap: CK_FILL_WRAP
        }
    }
}
