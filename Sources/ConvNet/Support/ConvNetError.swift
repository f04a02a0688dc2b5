/// What went wrong outside the program's own logic: a file, a value that a user gave, the operating system, or a
/// training that diverged.
///
/// Shapes that cannot fit are programmer errors and stop the program with a sentence naming both shapes; everything
/// that depends on the outside world arrives as this type. The text says what is wrong and what helps.
public struct ConvNetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sort of failure, as coarse as a caller needs it to decide what to do.
    public enum Kind: Sendable, Hashable {
        /// A value passed in is outside its range.
        case invalidArgument
        /// Layers that cannot follow each other, or a network that is not known.
        case invalidModel
        /// A file or tensor whose content is not what it should be.
        case invalidData
        /// A file or folder that is not there or cannot be read.
        case missingInput
        /// Something that cannot be had now, such as a download.
        case unavailable
        /// A file or folder that cannot be created.
        case cannotCreate
        /// Reading or writing failed midway.
        case inputOutput
        /// The loss became NaN or infinite.
        case diverged
    }

    /// The sort of failure.
    public let kind: Kind
    /// The file or folder concerned, if there is one.
    public let path: String?
    /// One sentence, without the path: what is wrong, and the remedy.
    public let message: String

    /// An error of a kind, about a path if there is one.
    ///
    /// - Parameters:
    ///   - kind: The sort of failure.
    ///   - path: The file or folder concerned.
    ///   - message: One sentence that says what is wrong and what helps.
    public init(_ kind: Kind, path: String? = nil, _ message: String) {
        self.kind = kind
        self.path = path
        self.message = message
    }

    /// `path: message`, or the message alone.
    public var description: String {
        path.map { "\($0): \(message)" } ?? message
    }
}
