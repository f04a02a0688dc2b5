/// Floats of 16 bits (IEEE 754 binary16), spelt out because not every processor's Swift has the type.
enum HalfPrecision {
    /// The value of 16 bits.
    static func value(_ bits: UInt16) -> Float {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1f)
        let fraction = Float(bits & 0x3ff) / 1024
        switch exponent {
        case 0: return sign * fraction * Float(sign: .plus, exponent: -14, significand: 1)
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
        }
    }
}
