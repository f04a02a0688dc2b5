/// Grey images in a CSV file, one a line: a label and the pixels from 0 to 255, row by row, as Kaggle's "Digit Recognizer"
/// has them.
///
/// ```
/// label,pixel0,pixel1,…,pixel783
/// 5,0,0,…,0
/// ```
///
/// The labels' column is the one called `label`; a table without it has no labels. The first line may also be missing:
/// the labels come first then, if there is one number more than a square image has pixels. The file may be gzip.
public struct ImageTable: Sendable, Equatable {
    /// Height, width and 1.
    public let imageShape: [Int]
    /// All pixels, one image after the other.
    public let bytes: [UInt8]
    /// One label an image, or nil where the table has none.
    public let labels: [Int]?

    /// The number of images.
    public var count: Int { bytes.count / (imageShape[0] * imageShape[1]) }

    /// Reads a file.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConvNetError``: `missingInput` where there is no such file or it cannot be opened; `invalidData` naming
    ///   the line, and the column where it is one, that is not what it should be; `inputOutput` where reading fails.
    public static func read(_ path: String) throws -> ImageTable {
        let reader = try ByteReader(path: path)
        var start: [UInt8] = []
        var end: Int?
        while end == nil, start.count <= FileLimits.lineBytes {
            let piece = try reader.read(1 << 16)
            if piece.isEmpty { break }
            end = piece.firstIndex(of: UInt8(ascii: "\n")).map { $0 + start.count }
            start += piece
        }
        let (columns, hasNames) = try TableColumns.read(start[..<(end ?? start.count)], path: path)
        var rows = TableRows(columns: columns, path: path, largestTotal: reader.largestCount)
        if hasNames {
            rows.line = 2
            try rows.add(start[(end.map { $0 + 1 } ?? start.count)...])
        } else {
            try rows.add(start[...])
        }
        while true {
            let piece = try reader.read(1 << 16)
            if piece.isEmpty { break }
            try rows.add(piece[...])
        }
        try rows.finish()
        guard !rows.pixels.isEmpty else {
            throw ConvNetError(.invalidData, path: path, "it has no line of pixels; give a file with one image a line")
        }
        return ImageTable(
            imageShape: [columns.side, columns.side, 1], bytes: rows.pixels,
            labels: columns.label == nil ? nil : rows.labels.map { Int($0) })
    }

    /// The images as a data set; without labels, every label is 0.
    ///
    /// The classes are the digits, or the numbers up to the largest label where that is above 9.
    ///
    /// - Parameter name: What the data set is called in reports.
    /// - Throws: ``ConvNetError`` of kind `invalidData` where there are too many images.
    public func dataset(name: String) throws -> Dataset {
        let labels = labels ?? [Int](repeating: 0, count: count)
        return try Dataset(
            name: name, bytes: bytes, imageShape: imageShape, labels: labels,
            classNames: (0...max(9, labels.max() ?? 0)).map { "\($0)" })
    }
}

/// What the columns of a table mean.
private struct TableColumns {
    /// How many there are.
    let count: Int
    /// The labels' column, from 0, or nil.
    let label: Int?
    /// Height and width of the images.
    let side: Int

    /// Reads the first line: names, or numbers already.
    static func read(
        _ line: ArraySlice<UInt8>, path: String
    ) throws(ConvNetError) -> (columns: TableColumns, hasNames: Bool) {
        func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }

        guard line.count <= FileLimits.lineBytes else {
            throw refuse(
                "its first line is longer than \(FileLimits.lineBytes) bytes; give a CSV file with one image a line")
        }
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let fields = (line.starts(with: mark) ? line.dropFirst(mark.count) : line)
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { field in
                let isAround: (UInt8) -> Bool = { $0 == UInt8(ascii: "\"") || $0 <= UInt8(ascii: " ") }
                return String(decoding: field.drop(while: isAround), as: UTF8.self)
                    .trimmingSuffix { $0.utf8.allSatisfy(isAround) }
            }
        guard fields.count <= FileLimits.columns else {
            throw refuse("its first line has \(fields.count) columns; the limit is \(FileLimits.columns)")
        }
        guard fields.count > 1 else {
            throw refuse(
                "line 1 has no comma; give a CSV file whose first line is label,pixel0,pixel1,… and the others numbers")
        }
        if fields.allSatisfy({ Int($0) != nil }) {
            if let side = squareRoot(of: fields.count) {
                return (TableColumns(count: fields.count, label: nil, side: side), false)
            }
            if let side = squareRoot(of: fields.count - 1) {
                return (TableColumns(count: fields.count, label: 0, side: side), false)
            }
            throw refuse("line 1 has \(fields.count) numbers, which are no square image, with a label or without")
        }
        let label = fields.firstIndex { $0.lowercased() == "label" }
        let pixels = fields.count - (label == nil ? 0 : 1)
        guard let side = squareRoot(of: pixels) else {
            throw refuse(
                "line 1 names \(pixels) columns of pixels, which are no square image; "
                    + (missingPixel(fields).map { "the column \($0) is missing" }
                        ?? "28 x 28 pixels are 784, and the labels' column is called label"))
        }
        return (TableColumns(count: fields.count, label: label, side: side), true)
    }

    private static func squareRoot(of count: Int) -> Int? {
        let side = Int(Double(count).squareRoot().rounded())
        return side > 0 && side * side == count ? side : nil
    }

    /// The first name that is left out where the others are numbered, as in pixel0, pixel1, pixel3.
    private static func missingPixel(_ names: [String]) -> String? {
        let numbers = names.compactMap { $0.hasPrefix("pixel") ? Int($0.dropFirst(5)) : nil }
        guard let first = numbers.first, numbers.count > 1 else { return nil }
        return zip(numbers, first...).first { $0 != $1 }.map { "pixel\($1)" }
    }
}

/// Reads the lines of numbers, whatever pieces they come in.
private struct TableRows {
    private(set) var pixels: [UInt8] = []
    private(set) var labels: [Int32] = []
    /// The line that is being read, from 1.
    var line = 1

    private let columns: TableColumns
    private let path: String
    private var column = 0
    private var value = 0
    private var digits = 0
    private var isPastNumber = false
    private var emptyLines = 0
    /// Bytes of the line that is being read, about.
    private var lineLength = 0
    private var total = 0
    private let largestTotal: Int

    private static let longestNumber = 9

    /// - Parameter largestTotal: A bound on the bytes of all lines.
    init(columns: TableColumns, path: String, largestTotal: Int) {
        self.columns = columns
        self.path = path
        self.largestTotal = largestTotal
        // A pixel takes two bytes at least, so this is enough, and memory that is not written to is not taken.
        pixels.reserveCapacity(min(largestTotal / 2, 1 << 26))
    }

    mutating func add(_ bytes: ArraySlice<UInt8>) throws(ConvNetError) {
        total += bytes.count
        guard total <= largestTotal else {
            throw refuse("it unpacks to more than \(largestTotal) bytes; pack it again, or not at all")
        }
        lineLength = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes.endIndex - $0 } ?? lineLength + bytes.count
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard !isPastNumber, digits < Self.longestNumber else { throw notANumber("more than one number") }
                value = 10 * value + Int(byte - UInt8(ascii: "0"))
                digits += 1
            case UInt8(ascii: ","):
                try endField()
            case UInt8(ascii: "\n"):
                try endLine()
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                isPastNumber = digits > 0
            default:
                throw notANumber(
                    byte > 0x20 && byte < 0x7f
                        ? "\"\(Character(UnicodeScalar(byte)))\"" : "the byte \(byte), which is no text")
            }
        }
        guard lineLength <= FileLimits.lineBytes else {
            throw refuse(
                "line \(line) is longer than \(FileLimits.lineBytes) bytes; give a CSV file with one image a line")
        }
    }

    /// Ends the last line, which may have no line break.
    mutating func finish() throws(ConvNetError) {
        try endLine()
    }

    private mutating func endField() throws(ConvNetError) {
        guard column < columns.count else {
            throw refuse("line \(line) has more than the \(columns.count) columns of line 1")
        }
        guard digits > 0 else { throw refuse("\(place) is empty; it needs a number") }
        if column == columns.label {
            guard value < maximumClassCount else {
                throw refuse("\(place) holds the label \(value); labels go from 0 to \(maximumClassCount - 1)")
            }
            labels.append(Int32(value))
        } else {
            guard let pixel = UInt8(exactly: value) else {
                throw refuse("\(place) holds \(value); pixels go from 0 to 255")
            }
            pixels.append(pixel)
        }
        column += 1
        (value, digits, isPastNumber) = (0, 0, false)
    }

    private mutating func endLine() throws(ConvNetError) {
        defer { line += 1 }
        if column == 0, digits == 0 {
            emptyLines += 1
            guard emptyLines <= FileLimits.lineBytes else {
                throw refuse("it has more than \(FileLimits.lineBytes) empty lines; remove them")
            }
            return isPastNumber = false
        }
        try endField()
        guard column == columns.count else {
            throw refuse("line \(line) has \(column) columns, but line 1 has \(columns.count)")
        }
        guard pixels.count <= FileLimits.arrayBytes else {
            throw refuse("it has more than \(FileLimits.arrayBytes) pixels; split the file")
        }
        column = 0
    }

    private var place: String { "line \(line), column \(column + 1)" }

    private func notANumber(_ what: String) -> ConvNetError {
        refuse("\(place) holds \(what) where a whole number from 0 to 255 should be")
    }

    private func refuse(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }
}

extension String {
    /// Without the characters at the end that a test holds for.
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var end = endIndex
        while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
        return String(self[..<end])
    }
}
