internal import Configuration
package import Detection
package import Events
internal import Signals

/// `metadata.links`: links that the event lists and that forward to others, so that where they lead can't be seen.
///
/// | fact | value |
/// | --- | --- |
/// | `shortened-link` | how many lead to a service that forwards to others; those in texts are `text.links`'s |
/// | `link-chain` | addresses that stand within one link behind each other, in the link that has most of them |
///
/// Weir follows none of them. Small shorteners and paste sites are where links to removed content move on to (VOX-Pol,
/// "Disrupting Daesh", 2017), and so do newsletters and every archive of the web: facts to ask for beside others.
package struct ForwardingDetector: Detector {
    static let shorteners = Setting(
        "shorteners", .hosts, standard: Shorteners.hosts.map { "\($0)" }, "Hosts whose links forward to others.")
    static let chainAtLeast = Setting(
        "chainAtLeast", .integer(1...LinkChain.most), standard: 1,
        "Addresses within a link, from which on it is reported as a chain.")

    package static let registration = DetectorRegistration(
        name: "metadata.links", version: "1",
        summary: "links that forward to others: of shorteners, and with addresses within them", uses: [],
        facts: ["shortened-link", "link-chain"], settings: [shorteners, chainAtLeast]
    ) { context in
        ForwardingDetector(context.settings)
    }

    private let hosts: Set<[UInt8]>
    private let longestHost: Int
    private let chainAtLeast: Int

    init(_ settings: Settings) {
        hosts = Set(settings[ForwardingDetector.shorteners].map { Array($0.utf8) })
        longestHost = hosts.map(\.count).max() ?? 0
        chainAtLeast = settings[ForwardingDetector.chainAtLeast]
    }

    package func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        let batch = inspection.batch
        withUnsafeTemporaryAllocation(byteCount: LinkHost.most, alignment: 1) { scratch in
            inspection.selection.forEach { position in
                var shortened: Int64 = 0
                var chain = 0
                for link in batch.links[batch.events[position].links] {
                    batch.withBytes(link) { address in
                        if isShortened(address, scratch) { shortened += 1 }
                        chain = max(chain, LinkChain.length(of: address))
                    }
                }
                if shortened > 0 {
                    findings.found.append(Finding(event: position, fact: "shortened-link", value: shortened))
                }
                if chain >= chainAtLeast {
                    findings.found.append(Finding(event: position, fact: "link-chain", value: Int64(chain)))
                }
            }
        }
        return findings
    }

    /// Whether it leads to a shortener, and not to its front page.
    private func isShortened(
        _ address: UnsafeRawBufferPointer, _ scratch: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let range = LinkHost.range(in: address) else { return false }
        var count = LinkHost.write(address, to: scratch) ?? 0
        // `www.` and the dot of a name's root tell nothing apart.
        var host = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        if host.last == UInt8(ascii: ".") { count -= 1 }
        host = UnsafeRawBufferPointer(rebasing: host[..<count])
        if host.starts(with: "www.".utf8) { host = UnsafeRawBufferPointer(rebasing: host[4...]) }
        guard host.count <= longestHost, hosts.contains(Array(host)) else { return false }
        let rest = address[range.upperBound...].drop { $0 != UInt8(ascii: "/") }
        return rest.dropFirst().contains { $0 != UInt8(ascii: "/") }
    }
}

/// How many addresses stand in an address: `http:` and `https:` with two slashes behind its own beginning, written as
/// they are or as percent signs have them (RFC 3986, 2.1), once or more often.
enum LinkChain {
    static let most = 16

    static func length(of address: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var place = 1
        while place + 4 <= address.count, count < most {
            if isScheme(address, place) { count += 1 }
            place += 1
        }
        return count
    }

    private static func isScheme(_ address: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        var place = start
        for letter in "http".utf8 {
            guard address[place] | 0x20 == letter else { return false }
            place += 1
        }
        if place < address.count, address[place] | 0x20 == UInt8(ascii: "s") { place += 1 }
        return skip(":", "3a", address, &place) && skip("/", "2f", address, &place) && skip("/", "2f", address, &place)
    }

    /// A sign, or `%` and its digits, or `%25` for that percent sign, and so on.
    private static func skip(
        _ sign: Character, _ digits: StaticString, _ address: UnsafeRawBufferPointer, _ place: inout Int
    ) -> Bool {
        guard place < address.count else { return false }
        if address[place] == sign.asciiValue {
            place += 1
            return true
        }
        guard address[place] == UInt8(ascii: "%") else { return false }
        var next = place + 1
        while next + 2 <= address.count, address[next] == UInt8(ascii: "2"), address[next + 1] == UInt8(ascii: "5") {
            next += 2
        }
        guard next + 2 <= address.count else { return false }
        let isSame = digits.withUTF8Buffer { address[next] | 0x20 == $0[0] | 0x20 && address[next + 1] | 0x20 == $0[1] }
        place = next + 2
        return isSame
    }
}

extension ValueFormat where Value == [String] {
    /// Names of hosts, in small letters.
    fileprivate static var hosts: Self {
        let list = ValueFormat<[String]>.list(of: .string)
        return Self(
            name: "list of hosts, at most 1,000", expectation: "a list of at most 1,000 hosts such as bit.ly",
            decode: { node in
                guard !node.isNull else { return [] }
                return list.read(node).flatMap { $0.count <= 1_000 && $0.allSatisfy(isHost) ? $0 : nil }
            },
            render: list.show,
            explain: { node in
                guard case .sequence(let items) = node.content else { return nil }
                for item in items {
                    guard case .scalar(let name, _) = item.content, !isHost(name) else { continue }
                    return Fault(
                        "\"\(excerpt(name, 60))\" is no host: expected a name in small letters such as bit.ly, without"
                            + " scheme, port or path", at: item.place)
                }
                return nil
            })
    }

    private static func isHost(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return allowed && (1...LinkHost.most).contains(name.utf8.count) && name.contains(".")
    }
}
