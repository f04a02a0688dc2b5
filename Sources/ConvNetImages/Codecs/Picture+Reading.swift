import CImageCodecs
import ConvNet

extension Picture {
    /// Reads a PNG or JPEG file, which is known by its first bytes, not by its name.
    ///
    /// PNG: every colour type, bit depth and interlacing; what is transparent is laid over white. JPEG: baseline and
    /// progressive, grey, RGB and CMYK, turned upright as its EXIF orientation says. Samples are what the file holds; gamma
    /// and colour profiles are not applied. Grey is the luma of ITU-R BT.601.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - colorMode: `.grayscale` or `.rgb`; what the file holds is converted.
    ///   - limits: How large the picture may be.
    ///   - enoughSide: A JPEG may be decoded at a half, a quarter or an eighth of its size while its longer side keeps at
    ///     least this many pixels, and further where it exceeds the limit of pixels: quicker, and with less memory.
    ///     Without it, pictures come at their full size.
    /// - Throws: ``ConvNetError``: `missingInput` where the file is not there or not readable; `invalidData`, naming the
    ///   file and the reason, where it is neither PNG nor JPEG, is cut or damaged, even where the library would go on
    ///   with invented pixels, or is larger than the limits.
    public static func read(
        _ path: String, colorMode: ColorMode = .grayscale, limits: PictureLimits = .standard, enoughSide: Int? = nil
    ) throws(ConvNetError) -> Picture {
        let file = try InputFile(path: path)
        guard file.size <= limits.maxFileSize else {
            throw ConvNetError(
                .invalidData, path: path,
                "this file has \(NumberText.grouped(file.size)) bytes; pictures may have "
                    + "\(NumberText.grouped(limits.maxFileSize)) at most, so save it smaller")
        }
        return try decode(
            try file.readBytes(file.size), path: path, colorMode: colorMode, limits: limits, enoughSide: enoughSide)
    }

    /// Decodes the bytes of a PNG or JPEG file, as ``read(_:colorMode:limits:enoughSide:)`` does.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - path: What errors call it.
    ///   - colorMode: `.grayscale` or `.rgb`.
    ///   - limits: How large the picture may be.
    ///   - enoughSide: How many pixels of a JPEG's longer side are enough.
    /// - Throws: ``ConvNetError`` of kind `invalidData`, naming the path and the reason; `invalidArgument` where alpha is
    ///   asked for.
    public static func decode(
        _ bytes: [UInt8], path: String, colorMode: ColorMode = .grayscale, limits: PictureLimits = .standard,
        enoughSide: Int? = nil
    ) throws(ConvNetError) -> Picture {
        guard colorMode != .rgba else {
            throw ConvNetError(
                .invalidArgument, path: path, "pictures are read as grayscale or rgb; ask for one of them")
        }
        let format = try PictureFormat(bytes, path: path)
        let decoder = Decoder(format: format, path: path, limits: limits.narrowed(to: bytes.count, colorMode))
        let picture = try decoder.decode(bytes, colorMode: colorMode, enoughSide: enoughSide)
        return format == .jpeg ? picture.turned(by: ExifOrientation(jpeg: bytes)) : picture
    }
}

/// The formats that are read.
enum PictureFormat: String {
    case png = "PNG"
    case jpeg = "JPEG"

    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    private static let jpegSignature: [UInt8] = [0xff, 0xd8, 0xff]

    /// Other formats by their first bytes, so that a refusal can say what the file is.
    private static let others: [(start: [UInt8], name: String)] = [
        (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"), (Array("II*\0".utf8), "a TIFF"),
        (Array("MM\0*".utf8), "a TIFF"), (Array("RIFF".utf8), "a WebP"), (Array("%PDF".utf8), "a PDF"),
        (Array("<svg".utf8), "an SVG"), ([0, 0, 0, 0x18] + Array("ftyp".utf8), "a HEIC"),
        ([0, 0, 0, 0x1c] + Array("ftyp".utf8), "a HEIC or AVIF"), ([0, 0, 0, 0x20] + Array("ftyp".utf8), "an AVIF"),
    ]

    init(_ bytes: [UInt8], path: String) throws(ConvNetError) {
        if bytes.starts(with: Self.pngSignature) {
            self = .png
        } else if bytes.starts(with: Self.jpegSignature) {
            self = .jpeg
        } else if bytes.isEmpty {
            throw ConvNetError(.invalidData, path: path, "this file is empty; name a PNG or JPEG picture")
        } else {
            let name = Self.others.first { bytes.starts(with: $0.start) }.map { "it looks like \($0.name) file" }
            throw ConvNetError(
                .invalidData, path: path,
                "this is neither a PNG nor a JPEG picture\(name.map { " (\($0))" } ?? ""); save it as one of them")
        }
    }
}

/// One file being decoded by the C libraries.
private struct Decoder {
    let format: PictureFormat
    let path: String
    let limits: PictureLimits

    func decode(
        _ bytes: [UInt8], colorMode: Picture.ColorMode, enoughSide: Int?
    ) throws(ConvNetError) -> Picture {
        let result = bytes.withUnsafeBufferPointer { source in
            Result { () throws(ConvNetError) in try decode(source, colorMode: colorMode, enoughSide: enoughSide) }
        }
        return try result.get()
    }

    private func decode(
        _ source: UnsafeBufferPointer<UInt8>, colorMode: Picture.ColorMode, enoughSide: Int?
    ) throws(ConvNetError) -> Picture {
        var options = ic_options(
            channels: UInt32(colorMode.channels), max_side: UInt32(clamping: limits.maxSide),
            max_pixels: UInt64(clamping: limits.maxPixels), max_memory: max(limits.maxWorkingMemory, 1),
            enough_side: UInt32(clamping: enoughSide ?? 0), max_scans: UInt32(FileLimits.imageScans),
            max_chunks: UInt32(FileLimits.imageChunks), max_chunk_bytes: FileLimits.imageChunkBytes)
        var report = ic_report()
        var handle: OpaquePointer?
        var (width, height): (UInt32, UInt32) = (0, 0)
        let open = format == .png ? ic_open_png : ic_open_jpeg
        try check(open(source.baseAddress, source.count, &options, &handle, &width, &height, &report), report)
        defer { ic_close(handle) }

        var status = IC_OK
        let count = Int(width) * Int(height) * colorMode.channels
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            status = ic_read(handle, buffer.baseAddress, &report)
            initializedCount = status == IC_OK ? count : 0
        }
        try check(status, report)
        return Picture(width: Int(width), height: Int(height), colorMode: colorMode, pixels: pixels)
    }

    private func check(_ status: ic_status, _ report: ic_report) throws(ConvNetError) {
        func problem(_ message: String) -> ConvNetError { ConvNetError(.invalidData, path: path, message) }
        switch status {
        case IC_OK:
            return
        case IC_TOO_LARGE:
            let size = "\(NumberText.grouped(Int(report.width))) x \(NumberText.grouped(Int(report.height)))"
            throw problem(
                "this \(format.rawValue) picture is \(size) pixels; at most \(NumberText.grouped(limits.maxSide)) a side "
                    + "and \(NumberText.grouped(limits.maxPixels)) in all are read from a file of its size, so make it smaller"
            )
        case IC_NO_MEMORY:
            throw problem(
                "decoding this \(format.rawValue) picture would take more than "
                    + "\(NumberText.grouped(limits.maxWorkingMemory)) bytes of memory; make it smaller")
        default:
            throw problem(
                "this \(format.rawValue) picture is damaged (\(report.text)); save it again, or copy it anew")
        }
    }
}

extension PictureLimits {
    /// No more than a file of so many bytes justifies.
    fileprivate func narrowed(to fileSize: Int, _ colorMode: Picture.ColorMode) -> PictureLimits {
        var limits = self
        let justified = FileLimits.unpackedBytes(of: fileSize)
        limits.maxPixels = min(maxPixels, justified / colorMode.channels)
        limits.maxWorkingMemory = min(maxWorkingMemory, justified)
        return limits
    }
}

extension ic_report {
    /// The library's own words.
    var text: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
