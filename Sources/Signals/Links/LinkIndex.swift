internal import Events

/// Known addresses and domains.
///
/// - A `domain` signal covers its subdomains, unless it is a public suffix (`github.io`): those belong to others.
/// - A `url` signal is one address, compared in its one form (`Link`), and with `"match":"prefix"` all below its path.
/// - `urlmd5` is the MD5 of an address, in one of the ways in which exchanges write it (`LinkDigests`).
///
/// A value, as `DigestTable` is. Domains and addresses stand in it by a hash of 128 bits with this process's own random
/// keys (SipHash): two share one as good as never, and nobody can choose them to.
package struct LinkIndex: Sendable {
    private var domains = DigestTable<Digest128>()
    private var addresses = DigestTable<Digest128>()
    private var digests = DigestTable<Digest128>()

    init() {}

    package var isEmpty: Bool { domains.isEmpty && addresses.isEmpty && digests.isEmpty }

    /// Returns whether it can be looked up here: an address that names no host can't.
    mutating func insert(_ signal: Signal, _ position: Int32) -> Bool {
        guard let (table, key) = LinkIndex.place(of: signal) else { return false }
        self[keyPath: table].insert(key, position)
        return true
    }

    /// Returns whether it was there.
    mutating func remove(_ signal: Signal) -> Bool {
        guard let (table, key) = LinkIndex.place(of: signal) else { return false }
        return self[keyPath: table].remove(key)
    }

    func position(of signal: Signal) -> Int32? {
        LinkIndex.place(of: signal).flatMap { table, key in self[keyPath: table][key] }
    }

    private static func place(
        of signal: Signal
    ) -> (WritableKeyPath<LinkIndex, DigestTable<Digest128>>, Digest128)? {
        var value = signal.value
        return value.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            switch signal.type {
            case .domain: return (\.domains, hash(bytes))
            case .url: return normalized(bytes).map { (\.addresses, $0.withUnsafeBytes(hash)) }
            case .urlmd5: return Digest128(hex: bytes).map { (\.digests, $0) }
            default: return nil
            }
        }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest128 {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        var other = hasher
        other.combine(1 as UInt8)
        var digest = Digest128()
        digest.words = (UInt64(bitPattern: Int64(hasher.finalize())), UInt64(bitPattern: Int64(other.finalize())))
        return digest
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

    /// How an address matches a signal.
    package enum Match: Sendable {
        /// By its host, the whole of it, or a digest.
        case whole
        /// It lies below the signal's path, which counts if the signal says so.
        case below
    }

    /// Calls `body` with the position of each signal that the address matches: address, those above it from the shortest to
    /// the longest, MD5, then domains from the longest to the shortest. `scratch` is reused between calls.
    package func forEachMatch(
        of address: UnsafeRawBufferPointer, scratch: inout [UInt8], _ body: (Int32, Match) -> Void
    ) {
        LinkIndex.withoutBreaks(address) { address in
            guard let link = Link(address) else { return }
            scratch.removeAll(keepingCapacity: true)
            let hostCount = link.appendNormalized(to: &scratch)
            scratch.withUnsafeBytes { normalized in
                if !addresses.isEmpty {
                    if let index = addresses[LinkIndex.hash(normalized)] { body(index, .whole) }
                    forEachAbove(normalized, hostCount) { body($0, .below) }
                }
                if !digests.isEmpty {
                    LinkDigests.forEach(of: address, normalized) { digest in
                        if let index = digests[digest] { body(index, .whole) }
                    }
                }
                if !domains.isEmpty { forEachDomain(of: normalized[0..<hostCount]) { body($0, .whole) } }
            }
        }
    }

    /// Known paths have fewer parts.
    private static var deepest: Int { 32 }

    /// Each path above, with and without the slash at its end, and the address without its query.
    private func forEachAbove(_ normalized: UnsafeRawBufferPointer, _ hostCount: Int, _ body: (Int32) -> Void) {
        func look(_ end: Int) {
            guard end < normalized.count else { return }
            if let index = addresses[LinkIndex.hash(UnsafeRawBufferPointer(rebasing: normalized[..<end]))] {
                body(index)
            }
        }
        let pathEnd = normalized[hostCount...].firstIndex(of: UInt8(ascii: "?")) ?? normalized.count
        var at = hostCount
        for _ in 0..<LinkIndex.deepest {
            guard let slash = normalized[at..<pathEnd].firstIndex(of: UInt8(ascii: "/")) else { break }
            look(slash)
            // A slash alone stands for the root, which has none.
            if slash > hostCount, slash + 1 < pathEnd { look(slash + 1) }
            at = slash + 1
        }
        look(pathEnd)
    }

    private func forEachDomain(of host: Slice<UnsafeRawBufferPointer>, _ body: (Int32) -> Void) {
        var start = 0
        while start < host.count {
            let name = UnsafeRawBufferPointer(rebasing: host[start...])
            // Asked only of what is known: of few.
            if let index = domains[LinkIndex.hash(name)], start == 0 || !DomainName.isPublicSuffix(name, .either) {
                body(index)
            }
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
}
