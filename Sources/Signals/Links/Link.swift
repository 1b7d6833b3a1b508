internal import Events

/// The parts of a web address that signals are compared with, found without allocating where they are ASCII.
///
/// Follows RFC 3986's generic syntax for `scheme://authority/rest`; a missing scheme counts as http. Where browsers
/// read more into an address (WHATWG URL, section 4.4), so does this, else it could be written around: backslashes
/// are slashes, `https:` may be followed by any number of them, blanks at the ends don't count, percent signs in a host
/// are read, and hosts and paths have one form (`HostName`, `LinkPath`). What they drop within an address (tabs and line
/// ends) the caller must have dropped.
package struct Link {
    /// Without user, password and port; as written.
    package let host: UnsafeRawBufferPointer
    /// What follows the authority, fragment excluded.
    package let rest: UnsafeRawBufferPointer
    /// The digits without leading zeros, if the address has them.
    package let port: UnsafeRawBufferPointer

    /// nil if there is no host in it.
    package init?(_ address: UnsafeRawBufferPointer) {
        let address = Link.trimmed(address)
        var start = Link.authorityStart(address)
        var end = start
        while end < address.count, !"/?#\\".utf8.contains(address[end]) { end += 1 }
        let stop = address[end...].firstIndex(of: UInt8(ascii: "#")) ?? address.count
        rest = UnsafeRawBufferPointer(rebasing: address[end..<stop])
        if let at = address[start..<end].lastIndex(of: UInt8(ascii: "@")) { start = at + 1 }
        var hostEnd = end
        if start < end, address[start] == UInt8(ascii: "[") {
            guard let close = address[start..<end].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = close + 1
        } else if let colon = address[start..<end].firstIndex(of: UInt8(ascii: ":")) {
            hostEnd = colon
        }
        var portStart = min(hostEnd + 1, end)
        while portStart + 1 < end, address[portStart] == UInt8(ascii: "0") { portStart += 1 }
        port = UnsafeRawBufferPointer(rebasing: address[portStart..<end])
        if hostEnd > start, address[hostEnd - 1] == UInt8(ascii: ".") { hostEnd -= 1 }
        guard hostEnd > start else { return nil }
        host = UnsafeRawBufferPointer(rebasing: address[start..<hostEnd])
    }

    /// Host, a port that is not the default one, and the rest, in their one form; a rest of `/` is left out.
    /// Scheme, user and fragment don't count.
    ///
    /// - Returns: how many of the bytes are the host's.
    @discardableResult
    package func appendNormalized(to out: inout [UInt8]) -> Int {
        let start = out.count
        appendHost(to: &out)
        let hostCount = out.count - start
        if !port.isEmpty, !port.elementsEqual("80".utf8), !port.elementsEqual("443".utf8) {
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: port)
        }
        if !rest.elementsEqual("/".utf8), !rest.elementsEqual("\\".utf8) { LinkPath.append(rest, to: &out) }
        return hostCount
    }

    private func appendHost(to out: inout [UInt8]) {
        let start = out.count
        var index = 0
        while index < host.count {
            var byte = host[index]
            index += 1
            if byte == UInt8(ascii: "%"), index + 2 <= host.count,
                let high = hexValue(host[index]), let low = hexValue(host[index + 1])
            {
                byte = high << 4 | low
                index += 2
            }
            out.append(lowercased(byte))
        }
        HostName.normalize(&out, from: start)
        if out.count - start > 1, out.last == UInt8(ascii: ".") { out.removeLast() }
    }

    /// Without blanks and control characters at either end.
    static func trimmed(_ address: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var (start, end) = (0, address.count)
        while start < end, address[start] <= 0x20 { start += 1 }
        while end > start, address[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: address[start..<end])
    }

    /// Of these any number of slashes follows the colon (URL Standard, special schemes).
    private static let slashedSchemes = ["http", "https", "ftp", "ws", "wss"]

    /// Behind `scheme://`, `https:` and the slashes that follow it, or `//`; 0 where there is none of them.
    private static func authorityStart(_ address: UnsafeRawBufferPointer) -> Int {
        func behindSlashes(_ start: Int) -> Int {
            var at = start
            while at < address.count, isSlash(address[at]) { at += 1 }
            return at
        }
        guard let colon = schemeEnd(address) else {
            return address.count >= 2 && isSlash(address[0]) && isSlash(address[1]) ? behindSlashes(0) : 0
        }
        let scheme = address[..<colon]
        if slashedSchemes.contains(where: { scheme.lazy.map(lowercased).elementsEqual($0.utf8) }) {
            return behindSlashes(colon + 1)
        }
        let hasAuthority = address[(colon + 1)...].starts(with: "//".utf8)
        return hasAuthority ? colon + 3 : 0
    }

    /// Where the colon stands behind something that may be a scheme (RFC 3986, section 3.1).
    private static func schemeEnd(_ address: UnsafeRawBufferPointer) -> Int? {
        for (index, byte) in address.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return nil }
            case UInt8(ascii: ":"): return index > 0 ? index : nil
            default: return nil
            }
        }
        return nil
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
}

@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
