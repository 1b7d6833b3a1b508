internal import Events

/// Known addresses and domains. A `domain` signal covers its subdomains; a `url` signal one address, compared
/// without scheme, user, default port and fragment; `urlmd5` is the MD5 of the address in lower case without
/// its scheme, as ThreatExchange's clients form it.
package struct LinkIndex: Sendable {
    private var domains: ByteTable
    private var addresses: ByteTable
    private var digests: [Digest128: Int32] = [:]

    init(domains: Int, addresses: Int) {
        self.domains = ByteTable(capacity: domains)
        self.addresses = ByteTable(capacity: addresses)
    }

    package var isEmpty: Bool { domains.count == 0 && addresses.count == 0 && digests.isEmpty }

    mutating func insert(_ signal: Signal, _ index: Int32) {
        var value = signal.value
        value.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            switch signal.type {
            case .domain: domains.insert(bytes, index)
            case .url:
                guard let normalized = LinkIndex.normalized(bytes) else { return }
                normalized.withUnsafeBytes { addresses.insert($0, index) }
            case .urlmd5:
                if let digest = Digest128(hex: bytes) { digests[digest] = index }
            default: break
            }
        }
    }

    /// The one form in which an address is compared; nil if it names no host.
    static func normalized(_ address: UnsafeRawBufferPointer) -> [UInt8]? {
        withoutBreaks(address) { address in
            guard let link = Link(address) else { return nil }
            var normalized: [UInt8] = []
            link.appendNormalized(to: &normalized)
            return normalized
        }
    }

    /// Calls `body` with the position of each signal that the address matches: address, MD5, then domains from
    /// the longest to the shortest. `scratch` is reused between calls.
    package func forEachMatch(
        of address: UnsafeRawBufferPointer, scratch: inout [UInt8], _ body: (Int32) -> Void
    ) {
        LinkIndex.withoutBreaks(address) { address in
            guard let link = Link(address) else { return }
            scratch.removeAll(keepingCapacity: true)
            let hostCount = link.appendNormalized(to: &scratch)
            scratch.withUnsafeBytes { normalized in
                if let index = addresses[normalized] { body(index) }
                if !digests.isEmpty, let index = digests[LinkIndex.digest(address)] { body(index) }
                if domains.count > 0 { forEachDomain(of: normalized[0..<hostCount], body) }
            }
        }
    }

    private func forEachDomain(of host: Slice<UnsafeRawBufferPointer>, _ body: (Int32) -> Void) {
        var start = 0
        while start < host.count {
            if let index = domains[UnsafeRawBufferPointer(rebasing: host[start...])] { body(index) }
            guard let dot = host[start...].firstIndex(of: UInt8(ascii: ".")) else { break }
            start = dot + 1
        }
    }

    /// Browsers drop tabs and line ends wherever they stand in an address. Hardly ever there, so a copy will do.
    private static func withoutBreaks<Result>(
        _ address: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        func isBreak(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0A || byte == 0x0D }
        guard address.contains(where: isBreak) else { return body(address) }
        return address.filter { !isBreak($0) }.withUnsafeBytes(body)
    }

    private static func digest(_ address: UnsafeRawBufferPointer) -> Digest128 {
        let address = Link.trimmed(address)
        var start = 0
        if let colon = address.prefix(32).firstIndex(of: UInt8(ascii: ":")), address.count >= colon + 3,
            address[colon + 1] == UInt8(ascii: "/"), address[colon + 2] == UInt8(ascii: "/")
        {
            start = colon + 3
        }
        let lower = address[start...].map(lowercased)
        var hash = MD5()
        lower.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}
