extension String {
    /// The text without control characters and not longer than a sentence is: names from files are shown in errors, where
    /// they must neither break lines nor steer a terminal.
    var printable: String {
        let longest = 600
        let kept = unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }
        let start = String(UnicodeScalarView(kept.prefix(longest)))
        return kept.dropFirst(longest).isEmpty ? start : start + "…"
    }
}
