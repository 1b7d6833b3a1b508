/// The parts of a web address that signals are compared with, found without allocating.
///
/// Follows RFC 3986's generic syntax for `scheme://authority/rest`; a missing scheme counts as http.
package struct Link {
    /// Without user, password and port; as written.
    package let host: UnsafeRawBufferPointer
    /// What follows the authority, fragment excluded.
    package let rest: UnsafeRawBufferPointer
    /// The digits, if the address has them.
    package let port: UnsafeRawBufferPointer

    /// nil if there is no host in it.
    package init?(_ address: UnsafeRawBufferPointer) {
        var start = 0
        if let scheme = Link.find("://", in: address, from: 0) {
            start = scheme + 3
        } else if address.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) {
            start = 2
        }
        var end = start
        while end < address.count, !"/?#\\".utf8.contains(address[end]) { end += 1 }
        var stop = address.count
        if let fragment = address[end...].firstIndex(of: UInt8(ascii: "#")) { stop = fragment }
        rest = UnsafeRawBufferPointer(rebasing: address[end..<max(end, stop)])
        if let at = address[start..<end].lastIndex(of: UInt8(ascii: "@")) { start = at + 1 }
        var hostEnd = end
        if start < end, address[start] == UInt8(ascii: "[") {
            guard let close = address[start..<end].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = close + 1
        } else if let colon = address[start..<end].firstIndex(of: UInt8(ascii: ":")) {
            hostEnd = colon
        }
        port = UnsafeRawBufferPointer(rebasing: address[min(hostEnd + 1, end)..<end])
        if hostEnd > start, address[hostEnd - 1] == UInt8(ascii: ".") { hostEnd -= 1 }
        guard hostEnd > start else { return nil }
        host = UnsafeRawBufferPointer(rebasing: address[start..<hostEnd])
    }

    /// Host in lower case, a port that is not the default one, and the rest; a rest of `/` is left out.
    /// Scheme, user and fragment don't count.
    package func appendNormalized(to out: inout [UInt8]) {
        for byte in host { out.append(lowercased(byte)) }
        if !port.isEmpty, !port.elementsEqual("80".utf8), !port.elementsEqual("443".utf8) {
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: port)
        }
        if !rest.elementsEqual("/".utf8) { out.append(contentsOf: rest) }
    }

    private static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        text.withUTF8Buffer { text in
            // A scheme is short: what looks like one further on belongs to a query.
            var at = from
            while at + text.count <= min(bytes.count, 32) {
                if bytes[at..<at + text.count].elementsEqual(text) { return at }
                at += 1
            }
            return nil
        }
    }
}

@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
