/// Random changes of the images trained on, another one each time an image comes up, so that a network learns what a
/// digit keeps when it is turned, moved, enlarged or bent.
///
/// Ranges are those of Keras's `ImageDataGenerator`: each image draws its own values, uniform in the range. All changes
/// of an image are one resampling, bilinear between pixel centres. Random numbers depend on the seed, the epoch and the
/// image's number alone, so that training gives the same bits with any number of threads.
///
/// ```swift
/// let augmentation = Augmentation(
///     rotationRange: 10, widthShiftRange: 0.08, heightShiftRange: 0.08, shearRange: 5, zoomRange: 0.9...1.1)
/// try model.fit(train, epochs: 10, augmentation: augmentation)
/// ```
public struct Augmentation: Sendable, Equatable {
    /// Largest angle of rotation about the middle, in degrees, either way.
    public var rotationRange: Float
    /// Largest shift to the left and right: below 1 a share of the width, from 1 on in pixels.
    public var widthShiftRange: Float
    /// Largest shift up and down: below 1 a share of the height, from 1 on in pixels.
    public var heightShiftRange: Float
    /// Largest angle of shear, in degrees, either way: the matrix is `[1, -sin; 0, cos]`.
    public var shearRange: Float
    /// What output positions are multiplied by, drawn for width and height by itself: below 1 enlarges. Keras's
    /// `zoom_range=0.1` is `0.9...1.1`.
    public var zoomRange: ClosedRange<Float>
    /// Elastic distortion.
    public var elastic: Elastic?
    /// What is taken for pixels outside of an image.
    public var fillMode: FillMode

    /// Elastic distortion: every pixel moves by smoothed noise (Simard, Steinkraus and Platt, "Best practices for
    /// convolutional neural networks applied to visual document analysis", ICDAR 2003).
    public struct Elastic: Sendable, Equatable {
        /// What the smoothed noise, uniform in -1…1 before, is multiplied by; pixels.
        public var alpha: Float
        /// Standard deviation of the smoothing, in pixels.
        public var sigma: Float

        /// - Parameters:
        ///   - alpha: What the smoothed noise is multiplied by; the paper's is 34 for MNIST.
        ///   - sigma: Standard deviation of the smoothing, in pixels; the paper's is 4.
        public init(alpha: Float = 34, sigma: Float = 4) {
            self.alpha = alpha
            self.sigma = sigma
        }
    }

    /// What is taken for pixels outside of an image, by Keras's names.
    public enum FillMode: Sendable, Equatable {
        /// The nearest pixel of the image.
        case nearest
        /// A value.
        case constant(Float)
        /// The image mirrored at its edge.
        case reflect
        /// The image again.
        case wrap
    }

    /// - Parameters:
    ///   - rotationRange: Largest angle of rotation, in degrees, either way.
    ///   - widthShiftRange: Largest shift to the left and right: below 1 a share of the width, from 1 on in pixels.
    ///   - heightShiftRange: Largest shift up and down: below 1 a share of the height, from 1 on in pixels.
    ///   - shearRange: Largest angle of shear, in degrees, either way.
    ///   - zoomRange: What output positions are multiplied by; below 1 enlarges.
    ///   - elastic: Elastic distortion.
    ///   - fillMode: What is taken for pixels outside of an image.
    public init(
        rotationRange: Float = 0, widthShiftRange: Float = 0, heightShiftRange: Float = 0, shearRange: Float = 0,
        zoomRange: ClosedRange<Float> = 1...1, elastic: Elastic? = nil, fillMode: FillMode = .nearest
    ) {
        self.rotationRange = rotationRange
        self.widthShiftRange = widthShiftRange
        self.heightShiftRange = heightShiftRange
        self.shearRange = shearRange
        self.zoomRange = zoomRange
        self.elastic = elastic
        self.fillMode = fillMode
    }

    /// - Throws: ``ConvNetError`` of kind `invalidArgument` naming the first setting outside of its limits.
    func validate() throws {
        func require(_ value: Float, _ limits: ClosedRange<Float>, _ what: String) throws {
            guard limits.contains(value) else {
                throw ConvNetError(
                    .invalidArgument,
                    "the augmentation's \(what) is \(value); give a number from \(limits.lowerBound) to "
                        + "\(limits.upperBound)")
            }
        }
        try require(rotationRange, 0...180, "rotation")
        try require(widthShiftRange, 0...Self.largest, "width shift")
        try require(heightShiftRange, 0...Self.largest, "height shift")
        try require(shearRange, 0...89, "shear")
        try require(zoomRange.lowerBound, 0.01...100, "zoom")
        try require(zoomRange.upperBound, 0.01...100, "zoom")
        if let elastic {
            try require(elastic.alpha, 0...Self.largest, "elastic alpha")
            try require(elastic.sigma, 0.5...Self.largest, "elastic sigma")
        }
        if case .constant(let value) = fillMode, !value.isFinite {
            throw ConvNetError(.invalidArgument, "the augmentation's fill value is \(value); give a finite number")
        }
    }

    /// Far beyond what leaves anything of an image, and small enough for every computation.
    private static let largest: Float = 10_000
}
