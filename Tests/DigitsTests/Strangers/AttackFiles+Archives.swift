/// Zip files, and NumPy's arrays in them.
extension AttackFile {
    // MARK: - Zip

    static let archives = [
        AttackFile("zip: 64 MiB of zeros", .weights, "would unpack to more than 200 times its size") {
            Zip.archive(.init("dense/kernel.npy", deflated: zeros(1 << 26)))
        },
        AttackFile("zip: more zeros than is said", .weights, "does not unpack to the size that the archive states") {
            Zip.archive(Zip.Entry("dense/kernel.npy", deflated: zeros(1 << 26)).saying { $0.size = 1000 })
        },
        AttackFile("zip: fewer bytes than is said", .weights, "does not unpack to the size that the archive states") {
            Zip.archive(Zip.Entry("dense/kernel.npy", deflated: [1, 2, 3]).saying { $0.size = 1 << 22 })
        },
        AttackFile("zip: a size of 4 GiB", .weights, "would unpack to more than 200 times its size") {
            Zip.archive(Zip.Entry("dense/kernel.npy", deflated: [1, 2, 3]).saying { $0.size = 0xffff_fffe })
        },
        AttackFile("zip: a size of 2^64 that is nowhere", .weights, "the sizes of entry 'dense/kernel.npy' are missing")
        {
            Zip.archive(Zip.Entry("dense/kernel.npy", deflated: [1, 2, 3]).saying { $0.size = 0xffff_ffff })
        },
        AttackFile("zip: a name that leads out", .weights, "named after a place outside the archive") {
            Zip.archive(.init("../../../../root/.bashrc", stored: Array("id".utf8)))
        },
        AttackFile("zip: a name from the root", .weights, "named after a place outside the archive") {
            Zip.archive(.init("/etc/cron.d/job", stored: Array("id".utf8)))
        },
        AttackFile("zip: a name for Windows", .weights, "named after a place outside the archive") {
            Zip.archive(.init("..\\..\\autorun.inf", stored: Array("id".utf8)))
        },
        AttackFile("zip: a name of control characters", .weights, "empty, too long or not text") {
            Zip.archive(.init("\u{1b}]0;digits\u{7}.npy", stored: [1]))
        },
        AttackFile("zip: a name of 60,000 bytes", .weights, "empty, too long or not text") {
            Zip.archive(.init(String(repeating: "n", count: 60_000), stored: [1]))
        },
        AttackFile("zip: a name twice", .weights, "entry 'a.npy' occurs twice") {
            Zip.archive(.init("a.npy", stored: [1]), .init("a.npy", stored: [2]))
        },
        AttackFile("zip: one entry inside another", .weights, "its entries overlap or leave gaps") {
            let inner = Zip.Entry("b.npy", deflated: zeros(1 << 20))
            let outer = Zip.Entry("a.npy", stored: inner.local)
            let place = outer.local.count - inner.local.count
            return Zip.archive(outer.local, records: [outer.record(at: 0), inner.record(at: place)])
        },
        AttackFile("zip: a gap", .weights, "its entries overlap or leave gaps") {
            let entries = [Zip.Entry("a.npy", stored: [1]), Zip.Entry("b.npy", stored: [2])]
            let place = entries[0].local.count + 1000
            return Zip.archive(
                entries[0].local + zeros(1000) + entries[1].local,
                records: [entries[0].record(at: 0), entries[1].record(at: place)])
        },
        AttackFile("zip: something before the first entry", .weights, "its entries overlap or leave gaps") {
            let entry = Zip.Entry("a.npy", stored: [1])
            return Zip.archive(Array("#!/bin/sh\nid\n".utf8) + entry.local, records: [entry.record(at: 13)])
        },
        AttackFile("zip: an entry beyond the end", .weights, "lies outside the zip file's data") {
            let entry = Zip.Entry("a.npy", stored: [1])
            return Zip.archive(entry.local, records: [entry.record(at: 0x7fff_ffff)])
        },
        AttackFile("zip: two names for one entry", .weights, "differs from what stands there") {
            let entry = Zip.Entry("a.npy", stored: [1])
            return Zip.archive(entry.local, records: [entry.saying { $0.name = "b.npy" }.record(at: 0)])
        },
        AttackFile("zip: a wrong checksum", .weights, "does not have the checksum that the archive states") {
            Zip.archive(Zip.Entry("a.npy", stored: [1]).saying { $0.checksum ^= 1 })
        },
        AttackFile("zip: an encrypted entry", .weights, "is encrypted") {
            Zip.archive(Zip.Entry("a.npy", stored: [1]).saying { $0.flags = 1 })
        },
        AttackFile("zip: a packing that is none", .weights, "is packed by method 99") {
            Zip.archive(Zip.Entry("a.npy", stored: [1]).saying { $0.method = 99 })
        },
        AttackFile("zip: twenty thousand entries", .weights, "more than 10000 entries") {
            Zip.archive((0..<20_000).map { Zip.Entry("\($0).npy", stored: []) })
        },
        AttackFile("zip: breaks off", .weights, "breaks off before its end") {
            Array(Zip.archive(.init("a.npy", stored: zeros(1000))).dropLast(500))
        },
        AttackFile("zip: a directory of noise", .weights, "directory is damaged") {
            Zip.archive(zeros(100), records: [[UInt8](repeating: 0xee, count: 1000)])
        },
    ]

    // MARK: - Arrays

    static let arrays = [
        AttackFile("npy: a pickle that runs code", .weights, "holds Python objects, which reading would have to run") {
            array("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle)
        },
        AttackFile("npy: a pickle without a header", .weights, "is not an array in NumPy's format") {
            Zip.archive(.init("dense/kernel.npy", stored: pickle))
        },
        AttackFile("npy: a pickle among images", .arrays, "holds Python objects, which reading would have to run") {
            array("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle, name: "x_train")
        },
        AttackFile("npy: code for a header", .weights, "a header that is not what NumPy writes") {
            array("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 0])
        },
        AttackFile("npy: lengths that overflow", .weights, "bytes of elements") {
            array("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }", [])
        },
        AttackFile("npy: a length of a hundred digits", .weights, "a header that is not what NumPy writes") {
            array(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (\(String(repeating: "9", count: 100)),), }", [])
        },
        AttackFile("npy: 4 GiB in four bytes", .weights, "bytes of elements") {
            array("{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824,), }", [0, 0, 0, 0])
        },
        AttackFile("npy: forty axes", .weights, "has 40 axes") {
            array(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (\(String(repeating: "1,", count: 40))), }",
                [0, 0, 0, 0])
        },
        AttackFile("npy: a header of 4 GiB", .weights, "a header that is cut off or too long") {
            Zip.archive(
                .init("a.npy", stored: [0x93] + Array("NUMPY".utf8) + [2, 0, 0xff, 0xff, 0xff, 0xff] + zeros(100)))
        },
        AttackFile("npy: brackets in a header", .weights, "a header that is not what NumPy writes") {
            array("{'descr': '<f4', 'shape': " + String(repeating: "(", count: 60_000), [])
        },
        AttackFile("npz: no images", .arrays, "it has no array 'x_train'") {
            array("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", [0], name: "y")
        },
    ]

    /// `os.system("id")`, as Python's pickle has it.
    private static let pickle = Array("cos\nsystem\n(S'id'\ntR.".utf8)

    /// An archive with one array.
    private static func array(_ header: String, _ elements: [UInt8], name: String = "dense/kernel") -> [UInt8] {
        let length = header.utf8.count
        let magic = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
        return Zip.archive(.init("\(name).npy", stored: magic + Array(header.utf8) + elements))
    }
}
