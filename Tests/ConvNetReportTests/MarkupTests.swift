import Testing

@testable import ConvNetReport

@Suite struct MarkupTests {
    @Test func charactersStandForThemselves() {
        #expect(Markup.escape("<b a=\"1\">'&amp;") == "&lt;b a=&quot;1&quot;&gt;&#39;&amp;amp;")
        #expect(Markup.escape("Käfer 数 🐞\t\n") == "Käfer 数 🐞\t\n")
        // XML has no way to write these.
        #expect(Markup.escape("a\u{0}b\u{1B}c\u{7F}d\u{85}e\u{FFFE}") == "a�b�c�d�e�")
    }

    @Test(arguments: [
        (0, "0"), (1.5, "1.5"), (-1.25, "-1.25"), (2.004, "2"), (0.019, "0.02"), (-0.001, "0"), (100, "100"),
        (-0.5, "-0.5"), (.nan, "0"), (.infinity, "0"),
    ])
    func numbersAreShort(_ number: Double, _ text: String) {
        #expect(Markup.number(number) == text)
    }
}
