/// The bounds that files keep, whatever their format. Readers have no numbers of their own: a file may come from a
/// stranger, and what it says of itself is checked against these and against its real size before memory is reserved.
///
/// They are wide enough for every file that a network of this library needs, and narrow enough that a small file can make
/// a reader neither slow nor large.
package enum FileLimits {
    // MARK: Headers and descriptions

    /// Largest header or JSON text, in bytes: what the safetensors format allows.
    package static let headerBytes = 100_000_000
    /// Length of the header of an npy array, in bytes.
    package static let npyHeaderBytes = 1 << 16
    /// How deep arrays and objects lie in each other.
    package static let jsonDepth = 64
    /// Values in one JSON text: enough for a header of ``tensors`` tensors of ``rank`` axes.
    package static let jsonValues = 250_000
    /// Members of one object: more than ``tensors``.
    package static let jsonMembers = 20_000

    /// The record of a run's settings or results, in bytes: some 10,000 epochs.
    package static let recordBytes = 1 << 22
    /// The record of a run's epochs, in bytes: some 100,000.
    package static let historyBytes = 1 << 24

    /// Layers of a network.
    package static let layers = 1_000

    // MARK: Arrays

    /// Tensors in one file.
    package static let tensors = 10_000
    /// Axes of a tensor or an array.
    package static let rank = 8
    /// Length of a tensor's, a layer's or an archive entry's name, in bytes.
    package static let nameBytes = 256
    /// Size of one array, in bytes.
    package static let arrayBytes = 1 << 32

    // MARK: Archives and packed data

    /// Groups, datasets and attributes of an HDF5 file, of which a weight has several.
    package static let hdf5Objects = 8 * tensors
    /// How deep groups of an HDF5 file lie in each other.
    package static let hdf5Depth = 32
    /// Entries of an archive.
    package static let archiveEntries = 10_000
    /// Bytes that packed data may become for each of its own, beyond ``unpackedFreely``. Deflate packs 1032 to 1 at most;
    /// images of digits come to 20, and what comes to more than this holds next to nothing.
    package static let unpackedRatio = 200
    /// Bytes that packed data of any size may become, so that small files of nothing but zeros are read as well.
    package static let unpackedFreely = 1 << 23

    // MARK: Images

    /// Width and height of a picture, in pixels.
    package static let imageSide = 30_000
    /// Pixels of a picture.
    package static let imagePixels = 64_000_000
    /// Size of a picture's file, in bytes.
    package static let imageFileBytes = 64_000_000
    /// How often a progressive JPEG may go over the whole picture; real ones do so about ten times.
    package static let imageScans = 100
    /// Memory that one chunk of a PNG besides its pixels takes, in bytes.
    package static let imageChunkBytes = 1 << 20
    /// Chunks of a PNG that are kept besides its pixels.
    package static let imageChunks = 100
    /// Memory that decoding a picture takes besides file and pixels, in bytes.
    package static let imageWorkingBytes = 100_000_000

    // MARK: Tables

    /// Length of a line of text, in bytes.
    package static let lineBytes = 1 << 20
    /// Columns of a table.
    package static let columns = 1 << 16

    // MARK: Arithmetic

    /// The product of lengths that a file states, times the size of one element; nil where a length is negative, or the
    /// product of those that are not 0 is more than `limit`. Nothing overflows, here or where strides are computed later.
    package static func byteCount(
        of lengths: some Sequence<Int>, elementSize: Int = 1, atMost limit: Int = arrayBytes
    ) -> Int? {
        var product = elementSize
        var isEmpty = false
        for length in lengths {
            guard length >= 0 else { return nil }
            if length == 0 {
                isEmpty = true
                continue
            }
            let (next, overflow) = product.multipliedReportingOverflow(by: length)
            guard !overflow, next <= limit else { return nil }
            product = next
        }
        return isEmpty ? 0 : product <= limit ? product : nil
    }

    /// The range of `count` bytes from `start`, if it lies within `size` bytes; nil otherwise, also where the sum overflows.
    package static func range(from start: Int, count: Int, within size: Int) -> Range<Int>? {
        guard start >= 0, count >= 0 else { return nil }
        let (end, overflow) = start.addingReportingOverflow(count)
        return overflow || end > size ? nil : start..<end
    }

    /// The bytes that so many packed bytes may become.
    package static func unpackedBytes(of packed: Int) -> Int {
        let (product, overflow) = max(packed, 0).multipliedReportingOverflow(by: unpackedRatio)
        let (sum, overflowed) = product.addingReportingOverflow(unpackedFreely)
        return overflow || overflowed ? .max : sum
    }
}
