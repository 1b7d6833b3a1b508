/// Hosts whose links forward to others.
package enum Shorteners {
    /// Public services in wide use.
    package static let hosts: [StaticString] = [
        "adf.ly", "bit.ly", "bl.ink", "buff.ly", "clck.ru", "cutt.ly", "dlvr.it", "goo.gl", "is.gd", "lnkd.in", "ow.ly",
        "qr.ae", "rb.gy", "rebrand.ly", "s.id", "short.gy", "shorturl.at", "soo.gd", "t.co", "t.ly", "tiny.cc",
        "tinyurl.com", "trib.al", "u.to", "v.gd", "vk.cc",
    ]

    /// Whether an address that begins with its host leads to one of them, and not to its front page.
    package static func contain(_ address: UnsafeRawBufferPointer) -> Bool {
        guard let slash = address.prefix(16).firstIndex(of: UInt8(ascii: "/")), slash + 1 < address.count else {
            return false
        }
        return hosts.contains { host in
            host.utf8CodeUnitCount == slash
                && host.withUTF8Buffer { zip($0, address).allSatisfy { $0 == $1 | 0x20 || $0 == $1 } }
        }
    }
}
