internal import CCurl

/// An address that was taken apart by the same library that will connect to it, so that the two can't differ. Its host is
/// a name as it stands in DNS, or an IP address: what else resolvers would make something of (letters beyond ASCII, `127.1`,
/// zones) is refused.
///
/// `@unchecked Sendable`: the handle is written by `init` only, and every later use of it reads.
package final class FetchTarget: @unchecked Sendable {
    let handle: OpaquePointer
    let isSecure: Bool
    /// In lower case; a name without the dot at its end, an IPv6 address without brackets.
    package let host: String
    package let port: Int

    /// In the library's form; for tests.
    var address: String? { FetchTarget.part(handle, CURLUPART_URL, flags: UInt32(CURLU_NO_DEFAULT_PORT)) }
    var isDefaultPort: Bool { port == (isSecure ? 443 : 80) }

    /// - Parameter address: an absolute one, of `http` or `https`, without credentials.
    package convenience init(_ address: [UInt8]) throws(FetchFailure) { try self.init(address, from: nil) }

    /// - Parameter origin: what `address` may be relative to, as that of a redirect is.
    init(_ address: [UInt8], from origin: FetchTarget?) throws(FetchFailure) {
        // No blanks and controls; a zero would end the text early for the library.
        guard !address.isEmpty, address.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .url }
        guard let handle = origin.map({ curl_url_dup($0.handle) }) ?? curl_url() else { throw .memory }
        let text = address.map { CChar(bitPattern: $0) } + [0]
        let flags = UInt32(CURLU_DISALLOW_USER | CURLU_URLENCODE)
        let result = curl_url_set(handle, CURLUPART_URL, text, flags)
        let scheme = FetchTarget.part(handle, CURLUPART_SCHEME)
        let isWeb = scheme == "http" || scheme == "https"
        let host = FetchTarget.part(handle, CURLUPART_HOST).map(FetchTarget.name)
        let port = FetchTarget.part(handle, CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) }
        let isZoned = FetchTarget.part(handle, CURLUPART_ZONEID) != nil
        guard result == CURLUE_OK, isWeb, let host, !isZoned, isDomainName(host) || IPAddress(host) != nil, let port
        else {
            curl_url_cleanup(handle)
            let isScheme = [CURLUE_UNSUPPORTED_SCHEME, CURLUE_BAD_SCHEME].contains(result)
            throw isScheme || (result == CURLUE_OK && !isWeb) ? .scheme : .url
        }
        self.handle = handle
        isSecure = scheme == "https"
        self.host = host
        self.port = port
    }

    /// The one form in which hosts are compared; empty for `.`, which is no host.
    private static func name(_ host: String) -> String {
        var name = host.lowercased()
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if name.hasSuffix(".") { name.removeLast() }
        return name
    }

    deinit { curl_url_cleanup(handle) }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
