import CKernels

/// How 2-D convolutions are computed.
public enum ConvolutionAlgorithm: String, Sendable, CaseIterable {
    /// Winograd's algorithm where it is possible and faster, direct sums elsewhere.
    case automatic = "auto"
    /// Direct sums everywhere.
    case direct
    /// Winograd's F(4x4, 3x3) wherever it is possible: 3 x 3 kernels with strides and dilation of 1.
    case winograd

    var kernel: ck_conv2d_algorithm {
        switch self {
        case .automatic: CK_CONV2D_AUTOMATIC
        case .direct: CK_CONV2D_DIRECT
        case .winograd: CK_CONV2D_WINOGRAD
        }
    }
}
