import CTLS
import Foundation
import Glibc
import TestSupport

/// A server that answers every request over TLS with one text.
///
/// `@unchecked Sendable`: the context is written by `init` only.
final class TLSServer: @unchecked Sendable {
    private let context: OpaquePointer
    private let heard = Shared(0)
    private let server = Shared<TestServer?>(nil)

    /// - Parameters:
    ///   - version: the latest that it speaks.
    ///   - answer: head and body.
    init(_ certificate: Certificate, version: Int32 = TLS1_3_VERSION, answer: String) throws {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw POSIXError(.ENOMEM) }
        self.context = context
        signal(SIGPIPE, SIG_IGN)
        weir_tls_set_most(context, version)
        // By its own rules it would not speak versions that are out of date.
        SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0")
        SSL_CTX_use_certificate(context, certificate.certificate)
        SSL_CTX_use_PrivateKey(context, certificate.key)
        server.update { $0 = try? TestServer(connection: { self.serve($1, answer) }) }
    }

    deinit { SSL_CTX_free(context) }

    /// Requests that came through.
    var requests: Int { heard.value }
    var connections: Int { server.value?.connections ?? 0 }
    var port: Int { server.value?.port ?? 0 }
    var authority: String { "127.0.0.1:\(port)" }
    func url(_ path: String) -> String { "https://\(authority)\(path)" }

    /// Ends it; without this it lives for ever.
    func stop() {
        server.value?.stop()
        server.update { $0 = nil }
    }

    private func serve(_ socket: Int32, _ answer: String) {
        guard let session = SSL_new(context) else { return }
        defer { SSL_free(session) }
        SSL_set_fd(session, socket)
        guard SSL_accept(session) == 1 else { return }
        var head = [UInt8](repeating: 0, count: 4_096)
        let bytes = Array(answer.utf8)
        while SSL_read(session, &head, Int32(head.count)) > 0 {
            heard.update { $0 += 1 }
            SSL_write(session, bytes, Int32(bytes.count))
        }
    }
}
