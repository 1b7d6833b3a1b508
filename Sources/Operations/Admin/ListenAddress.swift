internal import CMicrohttpd  // whose headers bring the socket addresses
internal import Glibc

/// `host:port`, where the host is an IP address: `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`. Port 0 leaves the
/// choice to the system.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: Int

    /// nil if `text` is anything else.
    package init?(_ text: String) {
        // A zero would end the text early for the system's reader.
        guard let colon = text.lastIndex(of: ":"), !text.utf8.contains(0) else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = Int(digits),
            (0...65_535).contains(port)
        else { return nil }
        let written = String(text[..<colon])
        self.port = port
        var four = in_addr()
        var six = in6_addr()
        if written.hasPrefix("["), written.hasSuffix("]") {
            host = String(written.dropFirst().dropLast())
            guard inet_pton(AF_INET6, host, &six) == 1 else { return nil }
        } else {
            host = written == "localhost" ? "127.0.0.1" : written
            guard inet_pton(AF_INET, host, &four) == 1 else { return nil }
        }
    }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    func with(port: Int) -> ListenAddress { ListenAddress(host: host, port: port) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    var storage: sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutablePointer(to: &storage) { pointer in
            var four = in_addr()
            if inet_pton(AF_INET, host, &four) == 1 {
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                    address.pointee.sin_family = sa_family_t(AF_INET)
                    address.pointee.sin_port = in_port_t(port).bigEndian
                    address.pointee.sin_addr = four
                }
            } else {
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    address.pointee.sin6_family = sa_family_t(AF_INET6)
                    address.pointee.sin6_port = in_port_t(port).bigEndian
                    inet_pton(AF_INET6, host, &address.pointee.sin6_addr)
                }
            }
        }
        return storage
    }
}
