import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 that answers as a test tells it, also as no server should.
public final class WaywardServer: Sendable {
    /// What the server does with a request.
    public enum Answer: Sendable {
        case content([UInt8])
        case status(Int)
        case redirect(String)
        /// Promises all of the content and closes the connection after some of it.
        case cut([UInt8], after: Int)
        /// Promises nothing of the length, sends the content, and closes the connection.
        case unannounced([UInt8])
        /// Says nothing until the server ends.
        case silence
        /// Promises all of the content, sends some of it, and nothing more until the server ends.
        case stall([UInt8], after: Int)
    }

    private struct State {
        var requests: [String] = []
        var isEnding = false
    }

    /// The port, chosen by the system.
    public let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (_ target: String) -> Answer
    private let state = Mutex(State())

    /// The first lines of all requests until now, such as `GET /file HTTP/1.1`.
    public var requests: [String] { state.withLock { $0.requests } }
    /// What files' names follow, after a slash.
    public var address: String { "http://127.0.0.1:\(port)" }

    /// The system gave no port.
    public struct CannotListen: Error {}

    /// - Parameter answer: What is answered to a request, by what stands between GET and HTTP/1.1.
    public init(_ answer: @escaping @Sendable (_ target: String) -> Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(listener, place, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, place, &size) == 0
            }
        }
        guard listener >= 0, isListening else { throw CannotListen() }
        self.listener = listener
        self.answer = answer
        port = UInt16(bigEndian: place.sin_port)
        // Threads of their own: the tests' pool may have only one for each processor.
        startThread { [self] in acceptAll() }
    }

    /// Ends the connections that are still held. The server answers nothing from now on.
    public func end() {
        state.withLock { $0.isEnding = true }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private var isEnding: Bool { state.withLock { $0.isEnding } }

    private func acceptAll() {
        while !isEnding {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            startThread { [self] in
                serve(connection)
                close(connection)
            }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard head.count < 1 << 16, recv(connection, &byte, 1, 0) == 1 else { return }
            head.append(byte)
        }
        let line = String(decoding: head.prefix { $0 != 13 }, as: UTF8.self)
        state.withLock { $0.requests.append(line) }
        let words = line.split(separator: " ")
        guard words.count == 3 else { return }
        func announce(_ status: String, _ length: Int?, _ header: String = "") {
            let length = length.map { "Content-Length: \($0)\r\n" } ?? ""
            send(connection, Array("HTTP/1.1 \(status)\r\n\(length)\(header)Connection: close\r\n\r\n".utf8))
        }
        switch answer(String(words[1])) {
        case .content(let content):
            announce("200 OK", content.count)
            send(connection, content)
        case .status(let status):
            let page = Array("<html>no</html>".utf8)
            announce("\(status) No", page.count)
            send(connection, page)
        case .redirect(let target):
            announce("302 Found", 0, "Location: \(target)\r\n")
        case .cut(let content, let count):
            announce("200 OK", content.count)
            send(connection, Array(content.prefix(count)))
        case .unannounced(let content):
            announce("200 OK", nil)
            send(connection, content)
        case .silence:
            holdUntilEnd()
        case .stall(let content, let count):
            announce("200 OK", content.count)
            send(connection, Array(content.prefix(count)))
            holdUntilEnd()
        }
        // A close with unread bytes resets the connection, and what was sent is lost.
        shutdown(connection, Int32(SHUT_WR))
    }

    private func holdUntilEnd() {
        while !isEnding { usleep(10_000) }
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(
                    connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                if count <= 0 { return }
                sent += count
            }
        }
    }
}

/// Runs something on a thread of its own.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let code = pthread_create(
        &thread, nil,
        { pointer in
            if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
            return nil
        }, box)
    precondition(code == 0, "no thread can be started")
    pthread_detach(thread)
}
