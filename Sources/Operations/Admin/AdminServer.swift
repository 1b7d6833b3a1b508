internal import CMicrohttpd
internal import Concurrency
internal import Events
internal import Glibc
internal import Synchronization

/// The HTTP server for probes, metrics and people (interface, "HTTP").
///
/// Reading is open to callers on loopback; anyone else needs the bearer token. It serves on one thread of its own,
/// so a slow caller costs a connection and nothing else: connections, their memory and their time are bounded.
package final class AdminServer: Service {
    package struct Request: Sendable {
        package let method: String
        package let path: String
    }

    package struct Response: Sendable {
        package var status: Int
        package var contentType: String
        package var body: String

        package init(status: Int = 200, contentType: String, body: String) {
            self.status = status
            self.contentType = contentType
            self.body = body
        }

        /// An error as a problem document (RFC 9457).
        package static func problem(_ status: Int, _ title: String, _ detail: String) -> Response {
            Response(
                status: status, contentType: "application/problem+json",
                body:
                    "{\"type\":\"about:blank\",\"title\":\(json(title)),\"status\":\(status),\"detail\":\(json(detail))}\n"
            )
        }
    }

    package typealias Handler = @Sendable (Request) -> Response

    package let name = "admin-server"
    private let address: ListenAddress
    private let token: [UInt8]?
    private let handler: Handler
    private let logger: Logger
    private let port = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - token: what callers from elsewhere must show; nil lets nobody in from elsewhere.
    ///   - handler: called on the server's thread; must be quick.
    package init(address: ListenAddress, token: [UInt8]?, logger: Logger, handler: @escaping Handler) {
        self.address = address
        self.token = token
        self.handler = handler
        self.logger = logger
    }

    /// Where it really listens, once it does: the port may have been left to the system.
    package var boundPort: Int? { port.withLock { $0 } }

    package func run(until shutdown: ShutdownSignal) async throws {
        try await Listener().serve(self, until: shutdown)
    }

    fileprivate func listening(on number: Int) {
        port.withLock { $0 = number }
        logger.info("admin server listens", ["address": address.with(port: number).description])
    }

    fileprivate var socketAddress: sockaddr_storage { address.storage }
    fileprivate var addressText: String { address.description }

    /// - Parameter fromLoopback: whether the caller is on this machine.
    package func respond(method: String, path: String, fromLoopback: Bool, authorization: String?) -> Response {
        guard method == "GET" || method == "HEAD" else {
            return .problem(405, "Method Not Allowed", "only GET and HEAD are served")
        }
        guard fromLoopback || authorized(authorization) else {
            return .problem(401, "Unauthorized", "callers from elsewhere need \"Authorization: Bearer <token>\"")
        }
        return handler(Request(method: method, path: path))
    }

    /// Takes the same time for every wrong token of one length.
    private func authorized(_ header: String?) -> Bool {
        guard let token, let header, header.hasPrefix("Bearer ") else { return false }
        let shown = Array(header.dropFirst("Bearer ".count).utf8)
        guard shown.count == token.count else { return false }
        return zip(shown, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// A server that can't listen where it should.
package struct AdminServerError: Error, CustomStringConvertible {
    package let description: String
}

/// The thread that serves, and the owner of the daemon.
private actor Listener {
    private nonisolated let executor = BlockingExecutor(name: "admin-server")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func serve(_ server: AdminServer, until shutdown: ShutdownSignal) throws {
        // The daemon calls back with this pointer only inside `MHD_run_wait`, while `server` is alive.
        let opaque = Unmanaged.passUnretained(server).toOpaque()
        var address = server.socketAddress
        let daemon = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                weir_mhd_start(address, handle, opaque, 64, 10, 32 << 10)
            }
        }
        guard let daemon else {
            throw AdminServerError(
                description: "admin server can't listen on \(server.addressText): \(String(cString: strerror(errno)));"
                    + " change admin.listen, or free the port")
        }
        defer { MHD_stop_daemon(daemon) }
        server.listening(on: Int(weir_mhd_port(daemon)))
        while !shutdown.isTriggered, !Task.isCancelled {
            MHD_run_wait(daemon, 100)
        }
    }
}

private func handle(
    _ opaque: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let opaque, let connection, let url, let method, let uploadSize, let state else { return .NO }
    // The daemon calls once for the headers, then for each piece of a body, then once more for the answer.
    if state.pointee == nil {
        state.pointee = opaque
        return .YES
    }
    if uploadSize.pointee > 0 {
        uploadSize.pointee = 0
        return .YES
    }
    let server = Unmanaged<AdminServer>.fromOpaque(opaque).takeUnretainedValue()
    let authorization = MHD_lookup_connection_value(connection, .HEADER_KIND, "Authorization").map {
        String(cString: $0)
    }
    let response = server.respond(
        method: String(cString: method), path: String(cString: url), fromLoopback: isLoopback(connection),
        authorization: authorization)
    return queue(response, on: connection)
}

private func queue(_ response: AdminServer.Response, on connection: OpaquePointer) -> MHD_Result {
    var body = response.body
    let reply = body.withUTF8 { bytes in
        MHD_create_response_from_buffer(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let reply else { return .NO }
    defer { MHD_destroy_response(reply) }
    MHD_add_response_header(reply, "Content-Type", response.contentType)
    MHD_add_response_header(reply, "Cache-Control", "no-store")
    MHD_add_response_header(reply, "X-Content-Type-Options", "nosniff")
    if response.status == 405 { MHD_add_response_header(reply, "Allow", "GET, HEAD") }
    if response.status == 401 { MHD_add_response_header(reply, "WWW-Authenticate", "Bearer") }
    return MHD_queue_response(connection, UInt32(response.status), reply)
}

private func isLoopback(_ connection: OpaquePointer) -> Bool {
    guard let info = weir_mhd_caller(connection) else { return false }
    switch Int32(info.pointee.sa_family) {
    case AF_INET:
        return info.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
            UInt32(bigEndian: address.pointee.sin_addr.s_addr) >> 24 == 127
        }
    case AF_INET6:
        return info.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
            withUnsafeBytes(of: address.pointee.sin6_addr) { bytes in
                let mapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
                return mapped ? bytes[12] == 127 : bytes.prefix(15).allSatisfy { $0 == 0 } && bytes[15] == 1
            }
        }
    default: return false
    }
}

private func json(_ text: String) -> String {
    var out = ByteWriter()
    out.appendJSON(text)
    return String(decoding: out.bytes, as: UTF8.self)
}
