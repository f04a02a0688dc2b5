import Foundation
import Testing

/// A file that was made to do harm, and what is said of it.
struct AttackFile: Sendable, CustomTestStringConvertible {
    /// What it pretends to be, and so what reads it.
    enum Reader: Sendable {
        /// The training images of a folder of IDX files.
        case data
        /// A table of images, or an archive of arrays with them.
        case table, arrays
        /// A model: of this library, a `.keras` archive, an HDF5 file.
        case model, keras, hdf5
        /// Weights alone, in an archive of arrays.
        case weights
        /// A picture with digits.
        case picture
        /// The settings of a run that should be gone on with, or the epochs of one that is reported.
        case settings, history
    }

    let testDescription: String
    let reader: Reader
    let sentence: String
    let bytes: @Sendable () -> [UInt8]

    init(_ name: String, _ reader: Reader, _ sentence: String, _ bytes: @escaping @Sendable () -> [UInt8]) {
        testDescription = name
        self.reader = reader
        self.sentence = sentence
        self.bytes = bytes
    }

    static let all =
        images + packed + headers + tensors + networks + tables + archives + arrays + kerasArchives + kerasNetworks
        + hdf5 + pictures + runs

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
