/// Colours for numbers.
enum ColorMap: Sendable {
    /// For numbers from low to high: viridis, whose lightness grows evenly, also in grey and for the colour-blind.
    case sequential
    /// For numbers around zero: blue below, near white at 0, vermilion above.
    case diverging
    /// For images: black to white.
    case gray

    /// Samples of viridis at even distances (Smith and van der Walt, matplotlib, CC0).
    private static let viridis: [UInt32] = [
        0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151, 0xbddf26, 0xfde725,
    ]

    /// The colour of a place in the range of numbers.
    ///
    /// - Parameter share: 0 for the lowest number, 1 for the highest; what lies outside is cut.
    func color(_ share: Double) -> RGB {
        let share = share.isNaN ? 0 : min(max(share, 0), 1)
        switch self {
        case .sequential:
            let place = share * Double(Self.viridis.count - 1)
            let index = min(Int(place), Self.viridis.count - 2)
            return RGB(hex: Self.viridis[index])
                .mixed(with: RGB(hex: Self.viridis[index + 1]), place - Double(index))
        case .diverging:
            let middle = RGB(hex: 0xf7f7f7)
            return share < 0.5
                ? middle.mixed(with: RGB(hex: 0x005a94), 1 - 2 * share)
                : middle.mixed(with: RGB(hex: 0xb84a00), 2 * share - 1)
        case .gray:
            let level = UInt8((255 * share).rounded())
            return RGB(level, level, level)
        }
    }
}

/// The range of numbers that a colour map spreads over.
struct ColorScale: Sendable {
    let map: ColorMap
    let low: Double
    let high: Double

    /// From the lowest number, or 0 where none is below, to the highest; around zero for the diverging map.
    init(_ map: ColorMap, fitting values: [Float]) {
        let finite = values.lazy.filter(\.isFinite).map { Double($0) }
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        self.map = map
        switch map {
        case .diverging:
            let size = max(-low, high)
            (self.low, self.high) = (-size, size)
        case .sequential, .gray:
            (self.low, self.high) = (min(low, 0), high)
        }
    }

    func color(_ value: Float) -> RGB {
        map.color(high > low ? (Double(value) - low) / (high - low) : 0)
    }
}
