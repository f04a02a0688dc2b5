/// Zip files whose headers may say anything.
enum Zip {
    /// An entry: its data as they lie in the file, and what is said of them.
    struct Entry {
        var name: String
        var data: [UInt8]
        var size: Int
        var checksum: Int
        /// 0 for stored, 8 for deflated.
        var method = 0
        var flags = 0

        init(_ name: String, stored content: [UInt8]) {
            self.name = name
            data = content
            size = content.count
            checksum = Deflate.checksum(content)
        }

        init(_ name: String, deflated content: [UInt8]) {
            self.init(name, stored: content)
            data = Deflate.raw(content)
            method = 8
        }

        /// The entry with some of what is said of it changed.
        func saying(_ change: (inout Entry) -> Void) -> Entry {
            var entry = self
            change(&entry)
            return entry
        }

        /// The header and the data.
        var local: [UInt8] { number(0x0403_4b50, 4) + number(20, 2) + description + Array(name.utf8) + data }

        func record(at place: Int) -> [UInt8] {
            number(0x0201_4b50, 4) + number(20, 2) + number(20, 2) + description + number(0, 10) + number(place, 4)
                + Array(name.utf8)
        }

        private var description: [UInt8] {
            number(flags, 2) + number(method, 2) + number(0x21_0000, 4) + number(checksum, 4) + number(data.count, 4)
                + number(size, 4) + number(name.utf8.count, 2) + number(0, 2)
        }
    }

    /// An archive of entries that lie side by side.
    static func archive(_ entries: Entry...) -> [UInt8] { archive(entries) }

    static func archive(_ entries: [Entry]) -> [UInt8] {
        var body: [UInt8] = []
        var records: [[UInt8]] = []
        for entry in entries {
            records.append(entry.record(at: body.count))
            body += entry.local
        }
        return archive(body, records: records)
    }

    /// An archive of any body and directory.
    static func archive(_ body: [UInt8], records: [[UInt8]]) -> [UInt8] {
        let directory = records.flatMap(\.self)
        return body + directory + number(0x0605_4b50, 4) + number(0, 4) + number(records.count, 2)
            + number(records.count, 2) + number(directory.count, 4) + number(body.count, 4) + number(0, 2)
    }

    private static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }
}
