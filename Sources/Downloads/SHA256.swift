import COpenSSL
import ConvNet

/// SHA-256 of bytes that come in pieces, computed by OpenSSL.
final class SHA256 {
    private let context: OpaquePointer

    /// - Throws: ``ConvNetError`` of kind `unavailable` where OpenSSL has no SHA-256 or no memory.
    init() throws(ConvNetError) {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw Self.failure }
    }

    deinit { EVP_MD_CTX_free(context) }

    func add(_ bytes: UnsafeRawBufferPointer) {
        // It fails only on a context that was never begun.
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest in hexadecimal digits. Nothing can be added after it.
    func digest() throws(ConvNetError) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &bytes, &count) == 1 else { throw Self.failure }
        return bytes[..<Int(count)].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static var failure: ConvNetError {
        ConvNetError(.unavailable, "OpenSSL cannot compute SHA-256; check its installation and settings")
    }
}
