import CKernels

/// The calls into the C kernels: each function checks what C cannot check and holds the pointers, so that the rest of
/// the module has none. One file an operation family.
enum Kernels {
    /// An array of `count` floats that `body` fills completely.
    static func array(count: Int, filledBy body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        guard count > 0 else { return [] }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            // A buffer of at least one element has an address.
            guard let address = buffer.baseAddress else { return }
            body(address)
            initializedCount = count
        }
    }
}
