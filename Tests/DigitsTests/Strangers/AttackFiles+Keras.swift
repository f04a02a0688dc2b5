import Foundation

/// Models as Keras saves them.
extension AttackFile {
    // MARK: - Archives

    static let kerasArchives = [
        AttackFile("keras: no network in it", .keras, "it has no config.json") {
            Zip.archive(.init("model.weights.h5", stored: [1]))
        },
        AttackFile("keras: no weights in it", .keras, "it has neither model.weights.h5 nor model.weights.npz") {
            Zip.archive(.init("config.json", stored: sequential(dense())))
        },
        AttackFile("keras: 128 MiB of spaces for a network", .keras, "would unpack to more than 200 times its size") {
            Zip.archive(.init("config.json", deflated: [UInt8](repeating: UInt8(ascii: " "), count: 1 << 27)))
        },
        AttackFile("keras: 8 MB of brackets for a network", .keras, "nested too deeply") {
            Zip.archive(.init("config.json", deflated: [UInt8](repeating: UInt8(ascii: "["), count: 8_000_000)))
        },
        AttackFile("keras: three million values for a network", .keras, "too many values") {
            Zip.archive(
                .init("config.json", deflated: Array(("[" + String(repeating: "0,", count: 3_000_000) + "0]").utf8)))
        },
        AttackFile("keras: a network twice", .keras, "entry 'config.json' occurs twice") {
            Zip.archive(
                .init("config.json", stored: sequential(dense())), .init("config.json", stored: sequential("")))
        },
        AttackFile("keras: a network that leads out", .keras, "named after a place outside the archive") {
            Zip.archive(
                .init("config.json", stored: sequential(dense())), .init("assets/../../config.json", stored: []))
        },
        AttackFile("keras: pickles for weights", .keras, "holds Python objects, which reading would have to run") {
            let header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
            let magic = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
            let arrays = Zip.archive(
                .init("layers/dense/vars/0.npy", stored: magic + Array((header + "cos\nsystem\n(S'id'\ntR.").utf8)))
            return Zip.archive(
                .init("config.json", stored: sequential(dense())), .init("model.weights.npz", stored: arrays))
        },
    ]

    // MARK: - Networks

    static let kerasNetworks = [
        AttackFile("keras: a Lambda with code", .keras, "layer 'f' (Lambda) is not one that ConvNet has") {
            network(
                #"{"class_name":"Lambda","config":{"name":"f","function":{"class_name":"__lambda__","config":"#
                    + #"{"code":"4wEAAAAAAAAAAAAAAAIAAAADAAAA8w==","defaults":null,"closure":null}}}}"#)
        },
        AttackFile("keras: a class of a module that runs", .keras, "layer 'f' (system) is not one that ConvNet has") {
            network(#"{"module":"os","class_name":"system","config":{"name":"f","command":"id"}}"#)
        },
        AttackFile("keras: a layer of somebody's own", .keras, "layer 'f' (Evil) is not one that ConvNet has") {
            network(#"{"class_name":"Evil","config":{"name":"f"},"registered_name":"mine>Evil"}"#)
        },
        AttackFile("keras: an activation that is code", .keras, "which ConvNet does not have; use one of") {
            network(
                #"{"class_name":"Dense","config":{"name":"f","units":3,"activation":{"class_name":"function","config":"#
                    + #""os.system"}}}"#)
        },
        AttackFile("keras: a name of control characters", .keras, "is not one that ConvNet has") {
            network(#"{"class_name":"\u001b[2J\u0007","config":{"name":"\u001b]0;x\u0007"}}"#)
        },
        AttackFile("keras: a name of 100,000 letters", .keras, "is not one that ConvNet has") {
            network(
                "{\"class_name\":\"\(String(repeating: "A", count: 100_000))\",\"config\":{\"name\":\"f\"}}")
        },
        AttackFile("keras: units without end", .keras, "can't be built") { network(dense(units: "9007199254740992")) },
        AttackFile("keras: units below 0", .keras, "can't be built") { network(dense(units: "-3")) },
        AttackFile("keras: half a unit", .keras, "units = 0.5, which is not a whole number") {
            network(dense(units: "0.5"))
        },
        AttackFile("keras: an input of 2^62 pixels", .keras, "can't be built") {
            network(#"{"class_name":"Flatten","config":{"name":"f"}}"#, input: "[null,2147483648,2147483648]")
        },
        AttackFile("keras: a kernel without end", .keras, "can't be built") {
            network(
                #"{"class_name":"Conv2D","config":{"name":"f","filters":1,"kernel_size":[9007199254740991,1],"#
                    + #""padding":"same","dilation_rate":[9007199254740991,1]}}"#, input: "[null,9,9,1]")
        },
        AttackFile("keras: a border without end", .keras, "can't be built") {
            network(
                #"{"class_name":"ZeroPadding2D","config":{"name":"f","padding":[9223372036854775807,1]}}"#,
                input: "[null,9,9,1]")
        },
        AttackFile("keras: five thousand layers", .keras, "too many layers") {
            network(
                (0..<5000).map { "{\"class_name\":\"Flatten\",\"config\":{\"name\":\"f\($0)\"}}" }
                    .joined(separator: ","))
        },
        AttackFile("keras: layers in a circle", .keras, "follow each other in a circle") {
            func layer(_ name: String, _ after: String) -> String {
                let nodes = after.isEmpty ? "[]" : "[[[\"\(after)\",0,0,{}]]]"
                return
                    "{\"class_name\":\"Flatten\",\"name\":\"\(name)\",\"config\":{\"name\":\"\(name)\"},\"inbound_nodes\":\(nodes)}"
            }
            return keras(
                "{\"class_name\":\"Functional\",\"config\":{\"layers\":["
                    + [layer("a", ""), layer("b", "a"), layer("a", "b")].joined(separator: ",") + "]}}")
        },
        AttackFile("keras: a model inside the model", .keras, "layer 's' (Sequential) is not one that ConvNet has") {
            network(#"{"class_name":"Sequential","config":{"name":"s","layers":[]}}"#)
        },
        AttackFile("keras: a class that is no model", .keras, "its model is a Popen") {
            keras(#"{"module":"subprocess","class_name":"Popen","config":{"args":["id"]}}"#)
        },
    ]

    // MARK: - Making them

    private static func dense(units: String = "2") -> String {
        #"{"class_name":"Dense","config":{"name":"dense","units":\#(units)}}"#
    }

    private static func sequential(_ layers: String, input: String = "[null,4]") -> [UInt8] {
        let first = #"{"class_name":"InputLayer","config":{"name":"input","batch_shape":\#(input)}}"#
        return Array(
            #"{"class_name":"Sequential","config":{"name":"s","layers":[\#(first),\#(layers)]}}"#.utf8)
    }

    /// An archive with layers after an input. There is nothing behind its weights: they are not reached.
    private static func network(_ layers: String, input: String = "[null,4]") -> [UInt8] {
        keras(String(decoding: sequential(layers, input: input), as: UTF8.self))
    }

    private static func keras(_ config: String) -> [UInt8] {
        Zip.archive(
            .init("metadata.json", stored: Array("{}".utf8)), .init("config.json", deflated: Array(config.utf8)),
            .init("model.weights.h5", stored: []))
    }

    // MARK: - HDF5

    #if HDF5
        /// Most are files that `make_hostile.py` wrote with h5py.
        static let hdf5 = [
            stored("external_link", "refers to other files"),
            stored("external_data", "refers to other files"),
            stored("virtual_data", "refers to other files"),
            stored("huge", "holds more than a file of its size may"),
            stored("packed", "holds more than a file of its size may"),
            stored("chunk", "holds more than a file of its size may"),
            stored("circle", "holds more than a file of its size may"),
            stored("deep", "holds more than a file of its size may"),
            stored("axes", "holds more than a file of its size may"),
            stored("texts", "holds more than a file of its size may"),
            stored("long_name", "names a dataset with more than 256 bytes"),
            stored("soft_circle", "holds weights without a network"),
            stored("lambda", "layer 'f' (Lambda) is not one that ConvNet has"),
            stored("no_numbers", "layer 'dense' has 0 weights in the file"),
            AttackFile("hdf5: breaks off", .hdf5, "its HDF5 is damaged") {
                let whole = file("lambda")
                return Array(whole.prefix(whole.count / 2))
            },
            AttackFile("hdf5: a signature and noise", .hdf5, "its HDF5 is damaged") {
                hdf5Signature + (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            },
            AttackFile("hdf5: in an archive, a circle", .keras, "holds more than a file of its size may") {
                Zip.archive(
                    .init("config.json", stored: sequential(dense())),
                    .init("model.weights.h5", deflated: file("circle")))
            },
            AttackFile("hdf5: in an archive, noise", .keras, "its HDF5 is damaged") {
                Zip.archive(
                    .init("config.json", stored: sequential(dense())),
                    .init("model.weights.h5", stored: hdf5Signature + zeros(1000)))
            },
        ]
    #else
        static let hdf5: [AttackFile] = []
    #endif

    private static let hdf5Signature: [UInt8] = [0x89] + Array("HDF\r\n".utf8) + [0x1a, 0x0a]

    private static func stored(_ name: String, _ sentence: String) -> AttackFile {
        AttackFile("hdf5: \(name)", .hdf5, sentence) { file(name) }
    }

    private static func file(_ name: String) -> [UInt8] {
        let url = Bundle.module.url(forResource: name, withExtension: "h5", subdirectory: "HDF5")
        return url.flatMap { try? Array(Data(contentsOf: $0)) } ?? []
    }
}
