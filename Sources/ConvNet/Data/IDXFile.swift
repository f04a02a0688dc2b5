/// A file in the IDX format, in which MNIST and its relatives are published: a header of big-endian numbers, then the
/// elements, row-major.
///
/// | bytes | content |
/// | --- | --- |
/// | 0, 1 | 0 |
/// | 2 | the element type: 8 for unsigned bytes, the only one read here |
/// | 3 | the number of dimensions |
/// | 4 … | the length of each dimension, four bytes each |
///
/// Source: the description on Yann LeCun's MNIST page.
public struct IDXFile: Sendable, Equatable {
    /// The length of each dimension; none is 0.
    public let dimensions: [Int]
    /// The elements, row-major.
    public let bytes: [UInt8]

    /// Reads a file, plain or gzip (told apart by the first bytes, not by the name).
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file or it cannot be opened; `invalidData`
    ///   where it is not IDX, has another element type than bytes, a dimension of 0, more than 4 GiB, fewer or more
    ///   bytes than its header promises, or damaged gzip data; `inputOutput` where reading fails.
    public static func read(_ path: String) throws -> IDXFile {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }

        let reader = try ByteReader(path: path)
        let magic = try reader.read(4)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
            throw refuse("this is not an IDX file, which begins with two zero bytes; name one of MNIST's four files")
        }
        guard magic[2] == 8 else {
            throw refuse("its elements have the IDX type \(magic[2]); only unsigned bytes (8) can be read")
        }
        let rank = Int(magic[3])
        guard (1...FileLimits.rank).contains(rank) else {
            throw refuse("its header says \(rank) dimensions; an IDX file has 1 to \(FileLimits.rank)")
        }
        let header = try reader.read(4 * rank)
        guard header.count == 4 * rank else {
            throw refuse("it breaks off inside its header; copy or download it again")
        }
        let dimensions = (0..<rank).map { axis in
            header[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard !dimensions.contains(0) else {
            throw refuse("its dimensions \(dimensions) leave no elements; give a file that has some")
        }
        guard let count = FileLimits.byteCount(of: dimensions) else {
            throw refuse("its dimensions \(dimensions) are more than 4 GiB; split the file")
        }
        guard count <= reader.largestCount || !reader.isGzip else {
            throw refuse(
                "it has fewer bytes than its dimensions \(dimensions) promise, or packs them more than "
                    + "\(FileLimits.unpackedRatio) to 1; copy or download it again, or unpack it with gunzip")
        }
        let read = count <= reader.largestCount ? try reader.read(count) : []
        guard read.count == count else {
            throw refuse("it has fewer bytes than its dimensions \(dimensions) promise; copy or download it again")
        }
        guard try reader.read(1).isEmpty else {
            throw refuse("it has more bytes than its dimensions \(dimensions) promise; copy or download it again")
        }
        return IDXFile(dimensions: dimensions, bytes: read)
    }
}
