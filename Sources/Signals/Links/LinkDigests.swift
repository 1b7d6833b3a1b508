internal import Events

/// The MD5 hashes by which exchanges may know an address (`urlmd5`).
///
/// ThreatExchange's clients take the address in lower case, without its scheme; others take it as it is, and Tech Against
/// Terrorism lists several variants of each. So an address is looked up as it is written and in its one form, in lower case
/// or not, with `https://`, `http://` and neither, and with and without a slash at the end.
enum LinkDigests {
    /// Calls `body` with each once, the usual ones first.
    ///
    /// - Parameter normalized: as `Link.appendNormalized` gave it.
    static func forEach(
        of address: UnsafeRawBufferPointer, _ normalized: UnsafeRawBufferPointer, _ body: (Digest128) -> Void
    ) {
        let written = Array(withoutScheme(Link.trimmed(address)))
        let slash = UInt8(ascii: "/")
        var texts: [[UInt8]] = []
        func add(_ text: [UInt8]) {
            for text in [text.map(lowercased), text] where !texts.contains(text) { texts.append(text) }
        }
        add(written)
        add(Array(normalized))
        if normalized.last == slash {
            add(normalized.dropLast())
        } else if !normalized.contains(UInt8(ascii: "?")) {
            add(Array(normalized) + [slash])
        }
        for text in texts {
            for scheme in ["", "https://", "http://"] as [StaticString] { body(digest(scheme, text)) }
        }
    }

    private static func withoutScheme(_ address: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        guard let colon = address.prefix(32).firstIndex(of: UInt8(ascii: ":")), address.count >= colon + 3,
            address[colon + 1] == UInt8(ascii: "/"), address[colon + 2] == UInt8(ascii: "/")
        else { return address[...] }
        return address[(colon + 3)...]
    }

    private static func digest(_ scheme: StaticString, _ text: [UInt8]) -> Digest128 {
        var hash = MD5()
        scheme.withUTF8Buffer { hash.update(UnsafeRawBufferPointer($0)) }
        text.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}
