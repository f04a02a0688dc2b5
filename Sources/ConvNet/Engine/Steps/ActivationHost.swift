import CKernels

/// A step that can apply an activation to what it writes.
protocol ActivationHost: Step {
    /// Takes the activation over; false where it can't.
    mutating func absorb(_ activation: ck_activation) -> Bool
}

extension ck_activation {
    var isLinear: Bool { kind == CK_LINEAR }

    /// Turns the gradient of an activation's output into that of its input, in place, from the output.
    func propagateInPlace(_ gradient: Floats, output: Floats) {
        if isLinear { return }
        Kernels.activationBackward(self, x: nil, y: output, dy: gradient, dx: gradient)
    }
}
