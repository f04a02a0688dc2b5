import ConvNet

/// Pictures in a folder with a sub-folder for each class, as data sets.
///
/// ```
/// digits/0/a.png      or      digits/train/0/a.png
/// digits/1/b.jpg              digits/test/1/b.jpg
/// ```
///
/// The folders' names, sorted, are the classes' names. Hidden files and folders are left out; anything else that is no
/// picture is an error, so that nothing is missing unnoticed.
public enum ImageFolder {
    /// The pictures of a folder.
    public enum Content: Sendable {
        /// There are folders `train` and `test`.
        case divided(train: Dataset, test: Dataset)
        /// There are only the classes' folders.
        case whole(Dataset)
    }

    /// Height and width of the images, as MNIST has them.
    public static let side = DigitFinder.imageSide

    /// Reads all pictures, PNG or JPEG, as grey images of 28 x 28 pixels, scaled to 0…1, in the order of their names.
    ///
    /// A picture of that size is taken as it is. Others depend on what the classes are called:
    ///
    /// - Where each name is a single character, as of digits, the pictures are of writing: of light or dark ink on any
    ///   paper, found and placed as ``DigitFinder/character(in:)`` does, and so as `digits predict` reads them.
    /// - Else a larger picture is reduced by area averaging until it fits, a smaller one keeps its pixels; what is left at
    ///   the sides is filled with the mean of the picture's border.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - name: What the data sets are called in reports.
    /// - Throws: ``ConvNetError``: `missingInput` where a folder or file is missing or may not be read; `invalidData`
    ///   naming a file that is no picture, shows no writing or lies where none belongs, or a folder without pictures.
    public static func load(_ folder: String, name: String) throws -> Content {
        let entries = try Folder.contents(of: folder)
        let names = entries.map(\.name)
        guard names.contains("train") || names.contains("test") else {
            let classes = try classFolders(entries, in: folder)
            return .whole(try read(folder, classes: classes, of: classes, name: name))
        }
        for part in ["train", "test"] where !names.contains(part) {
            throw ConvNetError(
                .invalidData, path: folder, "it has no folder '\(part)'; make both, train and test, or neither")
        }
        if let other = names.first(where: { $0 != "train" && $0 != "test" }) {
            throw ConvNetError(
                .invalidData, path: "\(folder)/\(other)", "this is beside train and test; move it into one of them")
        }
        let parts = try ["train", "test"].map { part in
            let path = "\(folder)/\(part)"
            return (path: path, classes: try classFolders(try Folder.contents(of: path), in: path))
        }
        let folders = Set(parts[0].classes + parts[1].classes).sorted()
        let data = try parts.map { try read($0.path, classes: $0.classes, of: folders, name: name) }
        return .divided(train: data[0], test: data[1])
    }

    /// The folders' names of classes. What a file system cannot have in a name is written as in addresses: `/` as `%2F`.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` where a class has no name, or two have the same.
    public static func folderNames(of classNames: [String]) throws(ConvNetError) -> [String] {
        let names = classNames.map { name in
            let escaped = name.replacing("%", with: "%25").replacing("/", with: "%2F")
            return escaped.hasPrefix(".") ? "%2E" + escaped.dropFirst() : escaped
        }
        guard !names.contains(""), Set(names).count == names.count else {
            throw ConvNetError(
                .invalidArgument,
                "the classes \(classNames.joined(separator: ", ")) cannot each have a folder; give each a name of its own"
            )
        }
        return names
    }

    private static func className(ofFolder name: String) -> String {
        name.replacing("%2F", with: "/").replacing("%2E", with: ".").replacing("%25", with: "%")
    }

    private static func classFolders(_ entries: [Folder.Entry], in folder: String) throws(ConvNetError) -> [String] {
        if let file = entries.first(where: { !$0.isFolder }) {
            throw ConvNetError(
                .invalidData, path: "\(folder)/\(file.name)",
                "this file is in no folder of a class; put pictures into one folder for each class, and other files elsewhere"
            )
        }
        guard !entries.isEmpty else {
            throw ConvNetError(.invalidData, path: folder, "it has no folders; put pictures into one for each class")
        }
        return entries.map(\.name)
    }

    private static func read(
        _ folder: String, classes: [String], of allClasses: [String], name: String
    ) throws -> Dataset {
        let isWriting = allClasses.allSatisfy { className(ofFolder: $0).count == 1 }
        var pixels: [UInt8] = []
        var labels: [Int] = []
        for className in classes {
            let label = allClasses.firstIndex(of: className) ?? 0
            for file in try Folder.contents(of: "\(folder)/\(className)") {
                let path = "\(folder)/\(className)/\(file.name)"
                guard !file.isFolder else {
                    throw ConvNetError(
                        .invalidData, path: path, "this is a folder in a folder of a class; only pictures belong there")
                }
                let picture = try Picture.read(path, enoughSide: isWriting ? DigitFinder.workingSide : 4 * side)
                if picture.width == side, picture.height == side {
                    pixels += picture.pixels
                } else if !isWriting {
                    pixels += fitted(picture)
                } else if let character = DigitFinder().character(in: picture) {
                    pixels += character.image.pixels
                } else {
                    throw ConvNetError(
                        .invalidData, path: path, "nothing is written in this picture; remove it, or take a clearer one"
                    )
                }
                labels.append(label)
            }
        }
        guard !labels.isEmpty else {
            throw ConvNetError(.invalidData, path: folder, "its folders hold no pictures; put some there")
        }
        return try Dataset(
            name: name, bytes: pixels, imageShape: [side, side, 1], labels: labels,
            classNames: allClasses.map(className(ofFolder:)))
    }

    /// A grey picture in the middle of the square.
    private static func fitted(_ picture: Picture) -> [UInt8] {
        let small = picture.reduced(toFitWidth: side, height: side)
        var image = [UInt8](repeating: borderMean(small), count: side * side)
        let (left, top) = ((side - small.width) / 2, (side - small.height) / 2)
        for y in 0..<small.height {
            let start = (top + y) * side + left
            image.replaceSubrange(
                start..<start + small.width, with: small.pixels[y * small.width..<(y + 1) * small.width])
        }
        return image
    }

    private static func borderMean(_ picture: Picture) -> UInt8 {
        let (width, height) = (picture.width, picture.height)
        var (sum, count) = (0, 0)
        for y in 0..<height {
            for x in 0..<width where y == 0 || y == height - 1 || x == 0 || x == width - 1 {
                sum += Int(picture.pixels[y * width + x])
                count += 1
            }
        }
        return UInt8((sum + count / 2) / count)
    }
}
