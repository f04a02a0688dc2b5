import CKernels

/// Drawing, and images made side by side.
extension Kernels {
    /// Bytes of `count` images, each made by itself, on the compute thread's workers.
    ///
    /// - Parameters:
    ///   - count: How many images.
    ///   - size: Bytes an image.
    ///   - work: Floating-point operations an image, roughly.
    ///   - make: Writes the images of the given numbers, one after the other; what it writes for a number may depend on
    ///     nothing else.
    static func images(
        count: Int, size: Int, work: Int, make: @Sendable (Range<Int>, inout MutableSpan<UInt8>) -> Void
    ) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count * size) { buffer, initializedCount in
            // Bytes have no state to break; zeros make a maker that leaves some out harmless.
            buffer.initialize(repeating: 0)
            initializedCount = count * size
            withoutActuallyEscaping(make) { make in
                var job = ImageJob(bytes: buffer, size: size, make: make)
                withUnsafeMutablePointer(to: &job) { job in
                    ck_run_ranges(
                        count, count * work,
                        { context, begin, end in
                            guard let job = context?.assumingMemoryBound(to: ImageJob.self).pointee else { return }
                            let part = job.bytes.extracting(begin * job.size..<end * job.size)
                            var span = part.mutableSpan
                            job.make(begin..<end, &span)
                        }, job)
                }
            }
        }
    }

    private struct ImageJob {
        let bytes: UnsafeMutableBufferPointer<UInt8>
        let size: Int
        let make: @Sendable (Range<Int>, inout MutableSpan<UInt8>) -> Void
    }

    /// Draws a pen's path into a square image.
    ///
    /// - Parameters:
    ///   - path: In pixels from the upper left corner.
    ///   - edge: Pixels over which black becomes white.
    ///   - depth: Room for a number a pixel.
    ///   - image: Becomes the image, side x side bytes.
    static func draw(
        _ path: [ck_pen_point], side: Int, edge: Float, depth: inout [Float], into image: inout [UInt8]
    ) {
        precondition(depth.count == side * side && image.count == side * side, "room for \(side) x \(side) pixels")
        ck_draw_strokes(path.count, path, side, side, edge, &depth, &image)
    }
}
