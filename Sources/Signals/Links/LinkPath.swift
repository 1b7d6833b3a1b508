internal import Events

/// The one form in which what follows an address's host is compared.
///
/// Path: backslashes are slashes, `.` and `..` are gone (URL Standard, "path state"), and what needs no percent sign has
/// none (RFC 3986, section 6.2.2.2). Query: the last only. Percent signs that stay have upper-case digits.
enum LinkPath {
    /// Appends path and query; a query without a path is one of the root.
    static func append(_ rest: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        let start = out.count
        if rest.first == UInt8(ascii: "?") { out.append(UInt8(ascii: "/")) }
        let query = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.count
        appendDecoded(rest[..<query], to: &out) { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        removeDots(&out, from: start)
        appendDecoded(rest[query...], to: &out) { $0 }
    }

    private static func appendDecoded(
        _ bytes: Slice<UnsafeRawBufferPointer>, to out: inout [UInt8], _ map: (UInt8) -> UInt8
    ) {
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let byte = bytes[at]
            guard byte == UInt8(ascii: "%"), at + 2 < bytes.endIndex, let high = hexValue(bytes[at + 1]),
                let low = hexValue(bytes[at + 2])
            else {
                out.append(map(byte))
                at += 1
                continue
            }
            let decoded = high << 4 | low
            if isUnreserved(decoded) {
                out.append(decoded)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(upperHexDigit(high))
                out.append(upperHexDigit(low))
            }
            at += 3
        }
    }

    /// In place: the result is never longer.
    private static func removeDots(_ out: inout [UInt8], from start: Int) {
        let slash = UInt8(ascii: "/"), dot = UInt8(ascii: ".")
        let hasDots = zip(out[start...], out[start...].dropFirst()).contains { $0 == slash && $1 == dot }
        guard hasDots, out[start] == slash else { return }
        var kept = start
        var at = start
        while at < out.count {
            let end = out[(at + 1)...].firstIndex(of: slash) ?? out.count
            let segment = out[(at + 1)..<end]
            let isLast = end == out.count
            if segment.elementsEqual([dot]) {
                if isLast { kept = write(slash, at: kept, &out) }
            } else if segment.elementsEqual([dot, dot]) {
                while kept > start {
                    kept -= 1
                    if out[kept] == slash { break }
                }
                if isLast { kept = write(slash, at: kept, &out) }
            } else {
                for place in at..<end { kept = write(out[place], at: kept, &out) }
            }
            at = end
        }
        out.removeSubrange(kept...)
    }

    private static func write(_ byte: UInt8, at place: Int, _ out: inout [UInt8]) -> Int {
        out[place] = byte
        return place + 1
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
