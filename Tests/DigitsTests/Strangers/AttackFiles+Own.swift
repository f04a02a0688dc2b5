import Foundation

/// Data sets, and models in this library's own format.
extension AttackFile {
    // MARK: - IDX and gzip

    static let images = [
        AttackFile("idx: 4 GiB in 12 bytes", .data, "fewer bytes than its dimensions") {
            DrawnDigits.idx([65_535, 65_535], [])
        },
        AttackFile("idx: dimensions that overflow", .data, "more than 4 GiB") {
            DrawnDigits.idx([1 << 31, 1 << 31, 1 << 31], [])
        },
        AttackFile("idx: eight dimensions that overflow", .data, "more than 4 GiB") {
            DrawnDigits.idx([Int](repeating: 0xffff_ffff, count: 8), [])
        },
        AttackFile("idx: 255 dimensions", .data, "255 dimensions") { [0, 0, 8, 255] + zeros(4096) },
        AttackFile("idx: nothing in it", .data, "leave no elements") { DrawnDigits.idx([0, 28, 28], []) },
        AttackFile("idx: empty", .data, "not an IDX file") { [] },
    ]

    static let packed = [
        AttackFile("gzip: 64 MiB of zeros", .data, "more than 200 to 1") {
            Deflate.gzip(DrawnDigits.idx([85_599, 28, 28], zeros(85_599 * 784)))
        },
        AttackFile("gzip: zeros behind the promise", .data, "more bytes than its dimensions") {
            Deflate.gzip(DrawnDigits.idx([1, 28, 28], zeros(1 << 26)))
        },
        AttackFile("gzip: a bomb in a bomb", .data, "not an IDX file") {
            Deflate.gzip(Deflate.gzip(zeros(1 << 26)))
        },
        AttackFile("gzip: twenty thousand empty members", .data, "not an IDX file") {
            [[UInt8]](repeating: Deflate.gzip([]), count: 20_000).flatMap(\.self)
        },
        AttackFile("gzip: breaks off", .data, "breaks off before its end") {
            Array(Deflate.gzip(DrawnDigits.idx([100, 28, 28], zeros(78_400))).dropLast(20))
        },
        AttackFile("gzip: a header and noise", .data, "damaged") {
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xee, count: 1000)
        },
    ]

    // MARK: - Headers

    static let headers = [
        AttackFile("safetensors: a header of 2^63 bytes", .model, "not a safetensors file") {
            [0, 0, 0, 0, 0, 0, 0, 0x80] + Array("{}".utf8)
        },
        AttackFile("safetensors: a header of 100 MB in 20 bytes", .model, "breaks off inside its header") {
            size(100_000_000) + Array("{\"a\":{".utf8)
        },
        AttackFile("safetensors: a header above 100 MB", .model, "not a safetensors file") {
            size(100_000_001) + Array("{}".utf8)
        },
        AttackFile("json: a million brackets", .model, "nested too deeply") {
            safetensors("{\"a\":" + String(repeating: "[", count: 1_000_000))
        },
        AttackFile("json: a million objects in each other", .model, "nested too deeply") {
            safetensors(String(repeating: "{\"a\":", count: 1_000_000))
        },
        AttackFile("json: a million values", .model, "too many values") {
            safetensors("{\"a\":[" + String(repeating: "[0],", count: 1_000_000) + "0]}")
        },
        AttackFile("json: a million names", .model, "too many names") {
            safetensors("{" + (0..<1_000_000).map { "\"\($0)\":0," }.joined() + "\"x\":0}")
        },
        AttackFile("json: a name twice", .model, "a name occurs twice") {
            safetensors("{\"a\":\(entry("[1]", 0, 4)),\"a\":\(entry("[1]", 0, 4))}", data: 4)
        },
        AttackFile("json: half a character", .model, "half a character") { safetensors("{\"\\ud800\":1}") },
        AttackFile("json: bytes that are no UTF-8", .model, "not valid UTF-8") {
            size(8) + Array("{\"".utf8) + [0xff, 0xfe] + Array("\":1}".utf8)
        },
        AttackFile("json: a number without end", .model, "a number is too large") {
            safetensors("{\"a\":1e" + String(repeating: "9", count: 100_000) + "}")
        },
    ]

    // MARK: - Tensors

    static let tensors = [
        AttackFile("tensors: lengths that overflow", .model, "has the shape") {
            safetensors("{\"a\":\(entry("[4294967296,4294967296,4]", 0, 0))}")
        },
        AttackFile("tensors: a length below 0", .model, "not a whole number from 0") {
            safetensors("{\"a\":\(entry("[-1]", 0, 4))}", data: 4)
        },
        AttackFile("tensors: a hundred axes", .model, "has 100 axes") {
            safetensors("{\"a\":\(entry("[" + String(repeating: "1,", count: 99) + "1]", 0, 4))}", data: 4)
        },
        AttackFile("tensors: a name of 10,000 bytes", .model, "1 to 256 bytes") {
            safetensors("{\"\(String(repeating: "n", count: 10_000))\":\(entry("[1]", 0, 4))}", data: 4)
        },
        AttackFile("tensors: twenty thousand", .model, "more than 10000 tensors") {
            safetensors("{" + (0..<20_000).map { "\"\($0)\":\(entry("[0]", 0, 0))" }.joined(separator: ",") + "}")
        },
        AttackFile("tensors: one over the other", .model, "overlap or leave gaps") {
            safetensors("{\"a\":\(entry("[2]", 0, 8)),\"b\":\(entry("[2]", 4, 12))}", data: 12)
        },
        AttackFile("tensors: a gap", .model, "overlap or leave gaps") {
            safetensors("{\"a\":\(entry("[1]", 0, 4)),\"b\":\(entry("[1]", 8, 12))}", data: 12)
        },
        AttackFile("tensors: something behind them", .model, "its tensors end at byte 4 of 8") {
            safetensors("{\"a\":\(entry("[1]", 0, 4))}", data: 8)
        },
        AttackFile("tensors: beyond the file", .model, "which is cut off") {
            safetensors("{\"a\":\(entry("[1000000000]", 0, 4_000_000_000))}", data: 4)
        },
        AttackFile("tensors: offsets backwards", .model, "no valid data_offsets") {
            safetensors("{\"a\":\(entry("[1]", 8, 4))}", data: 8)
        },
        AttackFile("tensors: a type that is none", .model, "only F32 can be read") {
            safetensors("{\"a\":{\"dtype\":\"PICKLE\",\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4)
        },
    ]

    // MARK: - Networks

    static let networks = [
        AttackFile("network: a layer that runs code", .model, "layer Lambda is not one that this library has") {
            network(layers: #"[{"class_name":"Lambda","config":{"function":"os.system('id')"}}]"#)
        },
        AttackFile("network: more weights than there is memory", .model, "more than 4294967296 numbers") {
            network(
                inputShape: "[65536]",
                layers: #"[{"class_name":"Dense","config":{"name":"a","units":16777216,"activation":"linear","#
                    + #""use_bias":false,"kernel_initializer":{"class_name":"GlorotUniform","config":{}},"#
                    + #""bias_initializer":{"class_name":"Zeros","config":{}}}}]"#)
        },
        AttackFile("network: an input of 2^62 pixels", .model, "can't be built") {
            network(
                inputShape: "[2147483648,2147483648]",
                layers: #"[{"class_name":"Flatten","config":{"name":"a","data_format":"channels_last"}}]"#)
        },
        AttackFile("network: twenty thousand layers", .model, "20000 layers") {
            network(
                layers: "["
                    + (0..<20_000).map { "{\"class_name\":\"Flatten\",\"config\":{\"name\":\"\($0)\"}}" }
                    .joined(separator: ",") + "]")
        },
        AttackFile("network: of a version to come", .model, "newer than this program's 1") {
            network(version: 2, layers: "[]")
        },
        AttackFile("network: none", .model, "without ConvNet's description") { safetensors("{}") },
    ]

    // MARK: - Tables

    static let tables = [
        AttackFile("csv: one line of 4 MB", .table, "longer than 1048576 bytes") {
            [UInt8](repeating: UInt8(ascii: "7"), count: 1 << 22)
        },
        AttackFile("csv: four hundred thousand columns", .table, "400000 columns") {
            Array(String(repeating: "0,", count: 399_999).utf8) + [UInt8(ascii: "0")]
        },
        AttackFile("csv: a class of a billion", .table, "holds the label 999999999") {
            Array("label,pixel0\n999999999,1\n".utf8)
        },
        AttackFile("csv: a number without end", .table, "more than one number") {
            Array("label,pixel0\n1,".utf8) + [UInt8](repeating: UInt8(ascii: "1"), count: 1 << 20)
        },
        AttackFile("csv: lines that differ", .table, "line 3 has 1 columns") {
            Array("label,pixel0\n1,1\n1\n".utf8)
        },
        AttackFile("csv: bytes that are no text", .table, "line 1") {
            (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        },
        AttackFile("csv: packed zeros", .table, "packed more than 200 to 1") {
            Deflate.gzip(
                Array("label,pixel0\n".utf8) + [[UInt8]](repeating: Array("0,0\n".utf8), count: 1 << 24).flatMap(\.self)
            )
        },
        AttackFile("csv: packed line breaks", .table, "more than 1048576 empty lines") {
            Deflate.gzip(Array("label,pixel0\n1,1\n".utf8) + [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 26))
        },
    ]

    // MARK: - Making them

    private static func size(_ count: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    }

    private static func safetensors(_ header: String, data: Int = 0) -> [UInt8] {
        size(header.utf8.count) + Array(header.utf8) + zeros(data)
    }

    private static func entry(_ shape: String, _ begin: Int, _ end: Int) -> String {
        "{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
    }

    private static func network(version: Int = 1, inputShape: String = "[4]", layers: String) -> [UInt8] {
        let description =
            #"{"version":{"major":\#(version),"minor":0},"name":"n","seed":0,"input_shape":\#(inputShape),"layers":\#(layers),"#
            + #""info":{"preprocessing":{"scale":1},"class_names":[],"training":{}}}"#
        let text = description.replacingOccurrences(of: "\"", with: "\\\"")
        return safetensors("{\"__metadata__\":{\"convnet\":\"\(text)\"}}")
    }
}
