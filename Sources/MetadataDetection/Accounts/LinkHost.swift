/// The host of an address, as far as it matters for telling hosts apart: from behind `//` and what names a user to the
/// port or path. Not a URL parser (`LinkNormalizer` of `Signals` is): the same address always gives the same host.
enum LinkHost {
    /// A name has 253 letters at most (RFC 1035, 2.3.4); of what is longer the beginning counts.
    static let most = 253

    /// - Parameter scratch: room for `most` bytes.
    /// - Returns: how many bytes of it were written, in small letters; nil if there is no host.
    static func write(_ address: UnsafeRawBufferPointer, to scratch: UnsafeMutableRawBufferPointer) -> Int? {
        guard let range = range(in: address) else { return nil }
        let host = UnsafeRawBufferPointer(rebasing: address[range])
        for (place, byte) in host.prefix(most).enumerated() {
            scratch[place] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        return min(host.count, most)
    }

    /// Where in the address it is; nil if there is none.
    static func range(in address: UnsafeRawBufferPointer) -> Range<Int>? {
        var start = 0
        var place = 0
        while place + 1 < address.count {
            if address[place] == UInt8(ascii: "/") {
                if address[place + 1] == UInt8(ascii: "/") { start = place + 2 }
                break
            }
            place += 1
        }
        // Colons of what names a user, and of an address between brackets, begin no port.
        var (end, port, isBracketed) = (start, Int?.none, false)
        scan: while end < address.count {
            switch address[end] {
            case UInt8(ascii: "@"): (start, port, isBracketed) = (end + 1, nil, false)
            case UInt8(ascii: "["): isBracketed = isBracketed || end == start
            case UInt8(ascii: "]"): isBracketed = false
            case UInt8(ascii: ":"): if !isBracketed, port == nil { port = end }
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"): break scan
            default: break
            }
            end += 1
        }
        let last = port ?? end
        return start < last ? start..<last : nil
    }
}
