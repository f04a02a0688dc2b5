import ConvNet
import FoundationEssentials
import Glibc

extension Report {
    private static let pageName = "report.html"
    private static let picturesName = "pictures"

    /// Where the page of a report in a folder is.
    public static func page(in folder: String) -> String {
        path(pageName, in: folder)
    }

    /// Writes the page `report.html` into a folder, and its pictures as SVG and PNG into the folder `pictures` there.
    ///
    /// A report that is there already is replaced. The page is written last: where it is, its pictures are complete.
    ///
    /// - Parameter folder: A folder that exists.
    /// - Throws: ``ConvNetError`` of kind `cannotCreate` or `inputOutput`.
    public func write(to folder: String) throws {
        let figures = figures()
        let page = try page(of: figures)
        try Self.remove(from: folder)
        let pictures = Self.path(Self.picturesName, in: folder)
        _ = try Folder.make(pictures)
        for figure in figures.all {
            for type in Self.pictureTypes { try figure.drawing.write(to: "\(pictures)/\(figure.name).\(type)") }
        }
        try AtomicFile.write(page, to: Self.page(in: folder))
    }

    /// Removes the report that is in a folder, if there is one: the page and the pictures, and nothing else.
    ///
    /// - Throws: ``ConvNetError`` of kind `cannotCreate` where the folder takes no change.
    public static func remove(from folder: String) throws {
        let pictures = path(picturesName, in: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pictures)) ?? []
        let files = [page(in: folder)] + names.filter(isPicture).map { "\(pictures)/\($0)" }
        for file in files { try AtomicFile.remove(file) }
        AtomicFile.removeRemains(in: pictures)
        // Stays where somebody else's files are in it.
        rmdir(pictures)
    }

    private static let pictureTypes = ["svg", "png"]

    /// Whether a name is one that ``write(to:)`` gives to a picture.
    private static func isPicture(_ name: String) -> Bool {
        let names = [
            "loss", "accuracy", "confusion", "confusion-normalized", "scores", "calibration", "mistakes", "filters",
        ]
        return pictureTypes.contains { type in
            name.hasSuffix(".\(type)")
                && (name.hasPrefix("layer-") || names.contains(String(name.dropLast(type.count + 1))))
        }
    }

    private static func path(_ name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
