/// Numbers as people read them.
package enum NumberText {
    /// Digits in groups of three: `113,386`.
    package static func grouped(_ number: Int) -> String {
        var result = ""
        for (index, digit) in "\(number.magnitude)".reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return (number < 0 ? "-" : "") + String(result.reversed())
    }

    /// A number with a fixed count of decimals.
    package static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = "\(scaled % scale)"
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }

    /// A time: `7.3 s`, from a minute on `1:07 min`.
    package static func time(_ seconds: Double) -> String {
        if seconds < 60 { return "\(fixed(seconds, digits: 1)) s" }
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest) min"
    }

    /// A size: `1.4 MB`, below a megabyte `312 kB`.
    package static func bytes(_ count: Int) -> String {
        count < 1_000_000 ? "\((count + 999) / 1000) kB" : "\(fixed(Double(count) / 1e6, digits: 1)) MB"
    }
}
