import Testing

@testable import ConvNet

@Suite struct JSONReaderTests {
    private static let values: [(String, JSONValue)] = [
        ("null", JSONValue.null),
        (" true\n", .boolean(true)),
        ("false", .boolean(false)),
        ("0", .integer(0)),
        ("-12", .integer(-12)),
        ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("1.5", .number(1.5)),
        ("-0.25e+2", .number(-25)),
        ("1E-3", .number(0.001)),
        (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{c}\n\r\t")),
        (#""\u0041\u00e9\ud83d\ude00""#, .string("Aé😀")),
        ("\"é😀\"", .string("é😀")),
        ("[]", .array([])),
        ("[1, [2,3] ,\t{}]", .array([.integer(1), .array([.integer(2), .integer(3)]), .object([])])),
        (
            #"{"b":1,"a":{"c":null}}"#,
            .object([
                .init(name: "b", value: .integer(1)),
                .init(name: "a", value: .object([.init(name: "c", value: .null)])),
            ])
        ),
    ]

    @Test(arguments: values)
    func readsWhatTheGrammarAllows(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(text) == value)
        #expect(try JSONReader.read(value.text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "01", "-", "-01", "+1", ".5", "1.", "1.e3", "1e", "1e+", "0x10", "1_000",
        "NaN",
        "Infinity", "1e999", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{}}", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "\"", "\"a", "\"\\\"", "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\n\"", "\"\u{1}\"",
        "// a\n1",
        "1 2", "{}[]", "\u{feff}1",
    ])
    func refusesWhatTheGrammarForbids(text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(text) }
    }

    @Test func refusesInvalidUTF8() {
        for bytes: [UInt8] in [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]] {
            let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            #expect(throws: JSONError.self) { try JSONReader.read(text[...]) }
        }
    }

    @Test func refusesANameThatOccursTwiceHoweverItIsWritten() {
        #expect(throws: JSONError(message: "a name occurs twice", offset: 7)) {
            try JSONReader.read(#"{"a":1,"a":2}"#)
        }
        #expect(throws: JSONError(message: "a name occurs twice", offset: 7)) {
            try JSONReader.read(#"{"a":1,"\u0061":2}"#)
        }
        #expect(throws: Never.self) { try JSONReader.read(#"{"a":{"a":1}}"#) }
    }

    @Test func boundsTheDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONReader.read(nested(64)) }
        #expect(throws: JSONError(message: "values are nested too deeply", offset: 64)) {
            try JSONReader.read(nested(65))
        }
        #expect(throws: JSONError.self) { try JSONReader.read(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func boundsTheNumberOfValues() {
        let text = "[" + String(repeating: "0,", count: 1_000_000) + "0]"
        #expect(throws: JSONError.self) { try JSONReader.read(text) }
    }

    @Test func refusesEveryPrefixOfADocument() throws {
        let text = #"{"name":"é\n","list":[1,-2.5e3,true,false,null,{}],"last":{"a":[]}}"#
        let bytes = Array(text.utf8)
        #expect(throws: Never.self) { try JSONReader.read(bytes[...]) }
        for length in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONReader.read(bytes[..<length]) }
        }
    }

    @Test func writesControlCharactersEscapedAndNothingThatJSONLacks() {
        #expect(JSONValue.string("\u{1}\n\"\\/é").text == #""\u0001\n\"\\/é""#)
        #expect(JSONValue.array([.number(.nan), .number(.infinity), .number(0.1)]).text == "[null,null,0.1]")
    }
}
