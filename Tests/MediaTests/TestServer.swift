import Foundation
import Glibc
import Synchronization

/// An HTTP server on a port of loopback that can do what servers should not: trickle, hang, lie and break off.
///
/// Threads of its own, as its answers block.
final class TestServer: Sendable {
    struct Request: Sendable {
        let path: String
        /// The request as it came, up to the empty line.
        let head: String
        /// How many requests for this path there were before.
        let number: Int
    }

    /// The connection that a request came on.
    struct Client: Sendable {
        fileprivate let socket: Int32

        /// False if the other side has gone.
        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let rest = bytes.count - sent
                let count = bytes.withUnsafeBytes { bytes in
                    Glibc.send(socket, bytes.baseAddress?.advanced(by: sent), rest, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return false }
                sent += count
            }
            return true
        }

        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        func answer(_ status: String, _ headers: [String] = [], _ body: [UInt8] = []) {
            let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
            send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        }

        /// Blocks until the other side goes, or the server stops.
        func waitUntilClosed() {
            var byte: UInt8 = 0
            while recv(socket, &byte, 1, 0) > 0 {}
        }

        func close() { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    private struct State {
        var requests: [String: Int] = [:]
        var connections = 0
        var open: Set<Int32> = []
        var isStopped = false
    }

    let host: String
    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// - Parameters:
    ///   - host: an address of loopback, which has more than one.
    ///   - port: 0 for any that is free.
    ///   - greeting: sent before anything was asked.
    convenience init(
        host: String = "127.0.0.1", port: Int = 0, greeting: String = "",
        _ answer: @escaping @Sendable (Request, Client) -> Void
    ) throws {
        try self.init(host: host, port: port) { server, socket in
            Client(socket: socket).send(greeting)
            server.serve(socket, answer)
        }
    }

    /// - Parameter connection: what becomes of each, until it is closed.
    init(
        host: String = "127.0.0.1", port: Int = 0, connection: @escaping @Sendable (TestServer, Int32) -> Void
    ) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, host, &address.sin_addr)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard result else { throw POSIXError(.EADDRNOTAVAIL) }
        self.host = host
        self.port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { self.accept(connection) }
    }

    var connections: Int { state.withLock { $0.connections } }
    /// Connections that nobody has closed yet.
    var openConnections: Int { state.withLock { $0.open.count } }
    func requests(_ path: String) -> Int { state.withLock { $0.requests[path] ?? 0 } }
    /// As an allow-list names it.
    var authority: String { "\(host):\(port)" }
    func url(_ path: String) -> String { "http://\(authority)\(path)" }

    /// Ends all connections; threads that wait on them end too.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept(_ connection: @escaping @Sendable (TestServer, Int32) -> Void) {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket >= 0 else { break }
            let isStopped = state.withLock { state in
                state.connections += 1
                state.open.insert(socket)
                return state.isStopped
            }
            if isStopped { shutdown(socket, Int32(SHUT_RDWR)) }
            Thread.detachNewThread {
                connection(self, socket)
                // Under the lock, so that nobody shuts another connection that got the same number.
                self.state.withLock { state in
                    state.open.remove(socket)
                    close(socket)
                }
            }
        }
        close(listener)
    }

    private func serve(_ socket: Int32, _ answer: (Request, Client) -> Void) {
        let client = Client(socket: socket)
        while let head = readRequest(socket) {
            let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let number = state.withLock { state in
                defer { state.requests[path, default: 0] += 1 }
                return state.requests[path] ?? 0
            }
            answer(Request(path: path, head: head, number: number), client)
        }
    }

    /// The next request; nil at the end. Requests have no bodies here.
    private func readRequest(_ socket: Int32) -> String? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard head.count < 64 << 10, recv(socket, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        return String(decoding: head, as: UTF8.self)
    }
}
