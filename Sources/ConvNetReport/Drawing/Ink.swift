/// A colour of the screen, 8 bits a channel (sRGB).
struct RGB: Sendable, Equatable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(hex: UInt32) {
        self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
    }

    /// As CSS writes it.
    var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The colour between this and another; 0 is this one.
    func mixed(with other: RGB, _ share: Double) -> RGB {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * min(max(share, 0), 1)).rounded())
        }
        return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }
}

/// What a colour is for; each has a value on light and one on dark ground.
///
/// The series' colours are those of Okabe and Ito, "Color Universal Design" (2008), which people with any kind of colour
/// vision tell apart: on light ground the darker ones, on dark ground the lighter ones.
enum Ink: String, Sendable, CaseIterable {
    case surface, text, muted, grid
    /// Text on a filled area.
    case onFill
    case first, second, third

    /// The colour of the series of a number.
    static func series(_ number: Int) -> Ink { [.first, .second, .third][number % 3] }

    var light: RGB {
        switch self {
        case .surface: RGB(hex: 0xffffff)
        case .text: RGB(hex: 0x1c1f23)
        case .muted: RGB(hex: 0x565d66)
        case .grid: RGB(hex: 0xd9dde2)
        case .onFill: RGB(hex: 0xffffff)
        case .first: RGB(hex: 0x0072b2)
        case .second: RGB(hex: 0xd55e00)
        case .third: RGB(hex: 0x00795a)
        }
    }

    var dark: RGB {
        switch self {
        case .surface: RGB(hex: 0x1b1e23)
        case .text: RGB(hex: 0xe8eaed)
        case .muted: RGB(hex: 0xaab1ba)
        case .grid: RGB(hex: 0x3a4048)
        case .onFill: RGB(hex: 0x101215)
        case .first: RGB(hex: 0x56b4e9)
        case .second: RGB(hex: 0xe69f00)
        case .third: RGB(hex: 0x2fc294)
        }
    }

    /// The stylesheet of pictures: a class for filling and one for stroking with each ink. Printers are light ground.
    static let stylesheet: String = {
        func rules(_ color: (Ink) -> RGB) -> String {
            allCases.map { ".f-\($0.rawValue){fill:\(color($0).hex)}.s-\($0.rawValue){stroke:\(color($0).hex)}" }
                .joined()
        }
        return rules(\.light) + "@media screen and (prefers-color-scheme:dark){\(rules(\.dark))}"
    }()
}
