import CCurl
import ConvNet

/// One file on its way from an address, by libcurl. Proxies are those of libcurl's environment variables
/// (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`).
struct Transfer {
    /// When an address is given up.
    struct Limits: Sendable {
        /// Seconds until a connection must stand.
        var connecting = 15
        /// Seconds that less than ``slowest`` bytes a second are waited for, also for the first one.
        var stalling = 20
        /// Bytes a second below which nothing moves.
        var slowest = 1024
        /// Redirects that are followed.
        var redirects = 5
    }

    /// Why an address gave nothing, in a few words that follow its name.
    struct Failure: Error, Equatable {
        let reason: String
    }

    /// Somebody asked to stop.
    struct Cancelled: Error {}

    let url: String
    let limits: Limits
    /// Called about once a second, and more often while data come; true stops the transfer.
    let isCancelled: () -> Bool
    /// Takes each piece as it comes; what it throws ends the transfer.
    let receive: (UnsafeRawBufferPointer) throws -> Void

    /// Fetches the file.
    ///
    /// - Throws: ``Failure``, ``Cancelled``, or what ``receive`` throws.
    func run() throws {
        guard Self.isLibraryReady, let handle = curl_easy_init() else {
            throw Failure(reason: "libcurl cannot start")
        }
        defer { curl_easy_cleanup(handle) }
        let progress = Progress(self)
        try withExtendedLifetime(progress) {
            try configure(handle, progress)
            let code = curl_easy_perform(handle)
            if let error = progress.error { throw error }
            if progress.isCancelled { throw Cancelled() }
            guard code == CURLE_OK else { throw Failure(reason: reason(of: code, handle)) }
        }
    }

    /// What libcurl's callbacks reach by its pointer.
    private final class Progress {
        let transfer: Transfer
        var error: (any Error)?
        var isCancelled = false

        init(_ transfer: Transfer) { self.transfer = transfer }
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private var isFile: Bool { url.hasPrefix("file:") }

    private func configure(_ handle: UnsafeMutableRawPointer, _ progress: Progress) throws {
        func require(_ code: CURLcode) throws {
            guard code == CURLE_OK else { throw Failure(reason: String(cString: curl_easy_strerror(code))) }
        }
        let pointer = Unmanaged.passUnretained(progress).toOpaque()
        try require(ck_curl_set_text(handle, CURLOPT_URL, url))
        // An address that began encrypted stays so.
        let redirected = url.hasPrefix("http:") ? "http,https" : "https"
        try require(ck_curl_set_protocols(handle, isFile ? "file" : "http,https", redirected))
        try require(ck_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 1))
        try require(ck_curl_set_number(handle, CURLOPT_MAXREDIRS, limits.redirects))
        try require(ck_curl_set_number(handle, CURLOPT_FAILONERROR, 1))
        try require(ck_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT, limits.connecting))
        try require(ck_curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, limits.slowest))
        try require(ck_curl_set_number(handle, CURLOPT_LOW_SPEED_TIME, limits.stalling))
        try require(ck_curl_set_number(handle, CURLOPT_NOSIGNAL, 1))
        try require(ck_curl_set_text(handle, CURLOPT_USERAGENT, "digits"))
        try require(ck_curl_set_pointer(handle, CURLOPT_WRITEDATA, pointer))
        try require(
            ck_curl_set_receiver(handle) { bytes, size, count, pointer in
                guard let pointer else { return 0 }
                let progress = Unmanaged<Progress>.fromOpaque(pointer).takeUnretainedValue()
                do {
                    try progress.transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
                    return size * count
                } catch {
                    progress.error = error
                    return 0
                }
            })
        try require(ck_curl_set_pointer(handle, CURLOPT_XFERINFODATA, pointer))
        try require(ck_curl_set_number(handle, CURLOPT_NOPROGRESS, 0))
        try require(
            ck_curl_set_watcher(handle) { pointer, _, _, _, _ in
                guard let pointer else { return 0 }
                let progress = Unmanaged<Progress>.fromOpaque(pointer).takeUnretainedValue()
                progress.isCancelled = progress.transfer.isCancelled()
                return progress.isCancelled ? 1 : 0
            })
    }

    private func reason(of code: CURLcode, _ handle: UnsafeMutableRawPointer) -> String {
        func status(_ info: CURLINFO) -> Int {
            var status = 0
            _ = ck_curl_get_number(handle, info, &status)
            return status
        }
        func answer(_ status: Int) -> String { "\(status)" + (Self.meanings[status].map { " \($0)" } ?? "") }

        let proxy = status(CURLINFO_HTTP_CONNECTCODE)
        if proxy >= 400 { return "is refused by the proxy with \(answer(proxy))" }
        switch code {
        case CURLE_HTTP_RETURNED_ERROR: return "answered \(answer(status(CURLINFO_RESPONSE_CODE)))"
        case CURLE_COULDNT_RESOLVE_HOST: return "cannot be resolved"
        case CURLE_COULDNT_RESOLVE_PROXY: return "has a proxy whose name cannot be resolved"
        case CURLE_COULDNT_CONNECT: return "cannot be connected to"
        case CURLE_OPERATION_TIMEDOUT: return "did not answer in time"
        case CURLE_TOO_MANY_REDIRECTS: return "redirects without end"
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: return "broke off"
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return "leads to an address that is not http: or https:"
        case CURLE_FILE_COULDNT_READ_FILE: return "has no such file"
        default: return "failed (\(String(cString: curl_easy_strerror(code))))"
        }
    }

    private static let meanings = [
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 407: "Proxy Authentication Required", 410: "Gone",
        429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout",
    ]
}
