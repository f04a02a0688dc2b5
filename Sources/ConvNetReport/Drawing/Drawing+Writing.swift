import ConvNet

extension Drawing {
    /// Writes the drawing as SVG or PNG, by the name's extension; whole or not at all.
    ///
    /// - Parameter path: A file whose name ends in `.svg` or `.png`.
    /// - Throws: ``ConvNetError``: `invalidArgument` for other names, `cannotCreate` or `inputOutput` where the file cannot
    ///   be written.
    public func write(to path: String) throws {
        switch path.lowercased() {
        case let name where name.hasSuffix(".svg"): try AtomicFile.write(try svg(), to: path)
        case let name where name.hasSuffix(".png"): try AtomicFile.write(try png(), to: path)
        default:
            throw ConvNetError(.invalidArgument, path: path, "pictures are SVG or PNG; end the name in .svg or .png")
        }
    }
}
