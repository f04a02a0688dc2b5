/// An augmentation as settings on one line: `rotation=10,shift=0.08,zoom=0.9:1.1`.
extension Augmentation: CustomStringConvertible {
    /// Reads settings.
    ///
    /// | part | means |
    /// | --- | --- |
    /// | `rotation=10` | up to 10 degrees either way |
    /// | `shift=0.08` | up to 8 % of width and height either way; from 1 on in pixels |
    /// | `width-shift=2`, `height-shift=0.1` | one of the two |
    /// | `shear=5` | up to 5 degrees either way |
    /// | `zoom=0.1`, `zoom=0.8:1.1` | 0.9 to 1.1 times, or between the two; below 1 enlarges |
    /// | `elastic=34`, `elastic=34:4` | elastic distortion of that alpha, and sigma (4 where it is not given) |
    /// | `fill=nearest`, `constant`, `constant:0.5`, `reflect`, `wrap` | what is outside of an image |
    ///
    /// - Parameter text: Parts with commas between them.
    /// - Throws: ``ConvNetError`` of kind `invalidArgument` naming the part that is wrong and what is allowed.
    public init(_ text: String) throws {
        self.init()
        var seen: Set<Substring> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw Self.wrong(part, "give name=value, the name one of \(Self.names.joined(separator: ", "))")
            }
            guard seen.insert(sides[0]).inserted else { throw Self.wrong(part, "\(sides[0]) is there already") }
            try set(sides[0], sides[1], part)
            try validate()
        }
    }

    private static let names = [
        "rotation", "shift", "width-shift", "height-shift", "shear", "zoom", "elastic", "fill",
    ]

    private mutating func set(_ name: Substring, _ value: Substring, _ part: Substring) throws {
        switch name {
        case "rotation": rotationRange = try Self.number(value, part, "degrees, such as rotation=10")
        case "shift":
            widthShiftRange = try Self.number(value, part, "a share or pixels, such as shift=0.08")
            heightShiftRange = widthShiftRange
        case "width-shift": widthShiftRange = try Self.number(value, part, "a share or pixels, such as width-shift=2")
        case "height-shift":
            heightShiftRange = try Self.number(value, part, "a share or pixels, such as height-shift=2")
        case "shear": shearRange = try Self.number(value, part, "degrees, such as shear=5")
        case "zoom":
            let usage = "a share below 1 or two factors, such as zoom=0.1 or zoom=0.8:1.1"
            let (first, second) = try Self.numbers(value, part, usage)
            let low = second == nil ? 1 - first : first
            let high = second ?? 1 + first
            guard low <= high, second != nil || (0..<1).contains(first) else { throw Self.wrong(part, "give \(usage)") }
            zoomRange = low...high
        case "elastic":
            let (alpha, sigma) = try Self.numbers(value, part, "alpha, or alpha and sigma, such as elastic=34:4")
            elastic = Elastic(alpha: alpha, sigma: sigma ?? Elastic().sigma)
        case "fill": try setFill(value, part)
        default:
            throw Self.wrong(part, "there is no \(name); the names are \(Self.names.joined(separator: ", "))")
        }
    }

    private mutating func setFill(_ value: Substring, _ part: Substring) throws {
        let usage = "nearest, constant, constant:VALUE, reflect or wrap"
        switch value {
        case "nearest": fillMode = .nearest
        case "constant": fillMode = .constant(0)
        case "reflect": fillMode = .reflect
        case "wrap": fillMode = .wrap
        default:
            guard value.hasPrefix("constant:") else { throw Self.wrong(part, "give \(usage)") }
            fillMode = .constant(try Self.number(value.dropFirst("constant:".count), part, usage))
        }
    }

    private static func number(_ text: Substring, _ part: Substring, _ usage: String) throws -> Float {
        guard let number = Float(text), number.isFinite else { throw wrong(part, "give \(usage)") }
        return number
    }

    /// One number, or two with a colon between them.
    private static func numbers(
        _ text: Substring, _ part: Substring, _ usage: String
    ) throws -> (first: Float, second: Float?) {
        let texts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard texts.count <= 2 else { throw wrong(part, "give \(usage)") }
        let values = try texts.map { try number($0, part, usage) }
        return (values[0], values.count == 2 ? values[1] : nil)
    }

    private static func wrong(_ part: Substring, _ remedy: String) -> ConvNetError {
        ConvNetError(.invalidArgument, "augmentation part '\(part)': \(remedy)")
    }

    /// The settings that change something, as ``init(_:)`` reads them.
    public var description: String {
        var parts: [String] = []
        func add(_ name: String, _ value: Float) {
            if value != 0 { parts.append("\(name)=\(value)") }
        }
        add("rotation", rotationRange)
        if widthShiftRange == heightShiftRange {
            add("shift", widthShiftRange)
        } else {
            add("width-shift", widthShiftRange)
            add("height-shift", heightShiftRange)
        }
        add("shear", shearRange)
        if zoomRange != 1...1 { parts.append("zoom=\(zoomRange.lowerBound):\(zoomRange.upperBound)") }
        if let elastic { parts.append("elastic=\(elastic.alpha):\(elastic.sigma)") }
        switch fillMode {
        case .nearest: parts.append("fill=nearest")
        case .constant(let value): parts.append("fill=constant:\(value)")
        case .reflect: parts.append("fill=reflect")
        case .wrap: parts.append("fill=wrap")
        }
        return parts.joined(separator: ",")
    }
}
