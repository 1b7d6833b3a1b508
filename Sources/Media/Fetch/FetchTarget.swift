internal import CCurl

/// An address that was taken apart by the same library that will connect to it, so that the two can't differ.
///
/// `@unchecked Sendable`: the handle is written by `init` only, and every later use of it reads.
package final class FetchTarget: @unchecked Sendable {
    let handle: OpaquePointer
    let isSecure: Bool
    /// In lower case; a name without the dot at its end, an IPv6 address without brackets.
    package let host: String
    package let port: Int

    var isDefaultPort: Bool { port == (isSecure ? 443 : 80) }

    /// - Parameter address: an absolute one, of `http` or `https`, without credentials.
    package init(_ address: [UInt8]) throws(FetchFailure) {
        // No blanks and controls; a zero would end the text early for the library.
        guard !address.isEmpty, address.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .url }
        guard let handle = curl_url() else { throw .memory }
        let text = address.map { CChar(bitPattern: $0) } + [0]
        let flags = UInt32(CURLU_DISALLOW_USER | CURLU_URLENCODE)
        let result = curl_url_set(handle, CURLUPART_URL, text, flags)
        let scheme = FetchTarget.part(handle, CURLUPART_SCHEME)
        let isWeb = scheme == "http" || scheme == "https"
        let host = FetchTarget.part(handle, CURLUPART_HOST).map(FetchTarget.name)
        let port = FetchTarget.part(handle, CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) }
        guard result == CURLUE_OK, isWeb, let host, !host.isEmpty, let port else {
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
