internal import CCurl

/// Asks a running process how it is, over its admin server.
package struct AdminProbe: Sendable {
    package struct Answer: Sendable {
        package let status: Int
        package let body: String
    }

    /// Why there was no answer.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private static let largestAnswer = 64 << 10
    private let host: String

    /// - Parameter address: where the server listens; "any address" is asked over loopback, which needs no token.
    package init(_ address: ListenAddress) {
        let host =
            switch address.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            default: address.host.contains(":") ? "[\(address.host)]" : address.host
            }
        self.host = "\(host):\(address.port)"
    }

    /// Blocks, at most for `timeout`.
    package func get(_ path: String, timeout: Duration = .seconds(2)) throws(Failure) -> Answer {
        guard let handle = curl_easy_init() else { throw Failure(description: "libcurl has no memory") }
        defer { curl_easy_cleanup(handle) }
        var body: [UInt8] = []
        var status = 0
        let code = withUnsafeMutablePointer(to: &body) { body in
            weir_curl_set_text(handle, CURLOPT_URL, "http://\(host)\(path)")
            weir_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http")
            // A proxy of the environment is for elsewhere.
            weir_curl_set_text(handle, CURLOPT_NOPROXY, "*")
            weir_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
            let milliseconds =
                timeout.components.seconds * 1_000 + timeout.components.attoseconds / 1_000_000_000_000_000
            weir_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(milliseconds))
            weir_curl_set_pointer(handle, CURLOPT_WRITEDATA, body)
            weir_curl_set_write(handle) { bytes, size, count, opaque in
                guard let bytes, let body = opaque?.assumingMemoryBound(to: [UInt8].self) else { return 0 }
                guard body.pointee.count + size * count <= AdminProbe.largestAnswer else { return 0 }
                body.pointee.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
                return size * count
            }
            return curl_easy_perform(handle)
        }
        guard code == CURLE_OK else {
            throw Failure(description: "\(host): \(String(cString: curl_easy_strerror(code)))")
        }
        weir_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return Answer(status: status, body: String(decoding: body, as: UTF8.self))
    }
}
