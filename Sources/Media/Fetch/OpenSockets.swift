internal import CCurl
internal import Glibc

/// The sockets of a multi handle's connections, so that a connection can be looked at before it is used again: the library
/// tells of it no more than its ends. Lives as long as the handle, and on its thread.
final class OpenSockets {
    struct Ends: Equatable {
        let localPort: Int
        let remote: IPAddress
    }

    /// nil until a socket was looked at.
    private var ends: [curl_socket_t: Ends?] = [:]

    func insert(_ socket: curl_socket_t) { ends[socket] = .some(nil) }

    func close(_ socket: curl_socket_t) -> Int32 {
        ends[socket] = nil
        return Glibc.close(socket)
    }

    /// Whether nothing has come that is unread on the connection between `wanted`.
    func isQuiet(_ wanted: Ends) -> Bool {
        for (socket, known) in ends where known == nil { ends[socket] = .some(OpenSockets.ends(of: socket)) }
        guard let socket = ends.first(where: { $0.value == wanted })?.key else { return false }
        var look = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&look, 1, 0) == 0
    }

    /// nil if it is not connected.
    private static func ends(of socket: curl_socket_t) -> Ends? {
        var (local, remote) = (sockaddr_in6(), sockaddr_in6())
        guard ask({ getsockname(socket, $0, $1) }, &local), ask({ getpeername(socket, $0, $1) }, &remote) else {
            return nil
        }
        let address = withUnsafeMutablePointer(to: &remote) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { IPAddress(UnsafePointer($0)) }
        }
        // Both families have the port at the same place.
        return address.map { Ends(localPort: Int(UInt16(bigEndian: local.sin6_port)), remote: $0) }
    }

    private static func ask(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32, _ answer: inout sockaddr_in6
    ) -> Bool {
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutablePointer(to: &answer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &length) == 0 }
        }
    }
}
