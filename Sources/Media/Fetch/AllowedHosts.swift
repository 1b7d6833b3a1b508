/// Where media may be fetched from.
///
/// | entry | allows |
/// | --- | --- |
/// | `cdn.example.org` | this host, on the default port of `http` or `https` |
/// | `*.example.org` | all its subdomains, not itself |
/// | `cdn.example.org:8443` | that port and no other |
/// | `10.1.2.3`, `[fd00::1]:8080` | this very address, which need not be a public one |
package struct AllowedHosts: Sendable {
    /// What an allowed host's address must be.
    enum Addresses: Sendable, Equatable {
        case anyPublic
        case exactly(IPAddress)
    }

    private struct Rule: Sendable {
        let host: String
        let includesSubdomainsOnly: Bool
        let port: Int?
        let address: IPAddress?

        func matches(_ target: FetchTarget) -> Bool {
            guard port.map({ $0 == target.port }) ?? target.isDefaultPort else { return false }
            if let address { return IPAddress(target.host) == address }
            return includesSubdomainsOnly
                ? target.host.count > host.count && target.host.hasSuffix(host) : target.host == host
        }
    }

    /// Why an entry is none.
    package struct InvalidEntry: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private var rules: [Rule] = []

    /// Nothing is allowed.
    package init() {}

    package var isEmpty: Bool { rules.isEmpty }
    /// Whether all files come from the same one.
    var isOneHost: Bool { rules.count == 1 && rules.allSatisfy { !$0.includesSubdomainsOnly } }

    package mutating func add(_ entry: String) throws(InvalidEntry) {
        func refuse(_ reason: String) -> InvalidEntry {
            InvalidEntry(
                description: "\"\(entry)\" \(reason); expected a name such as cdn.example.org, *.example.org, "
                    + "an IP address, or one of them with :port")
        }
        if entry.contains("/") || entry.contains("@") { throw refuse("is not a host") }
        var host = Substring(entry)
        var port: Int?
        // An IPv6 address without brackets has colons, but no port.
        if IPAddress(entry) == nil, let colon = entry.lastIndex(of: ":"), !entry.hasSuffix("]") {
            let digits = entry[entry.index(after: colon)...]
            guard let number = Int(digits), (1...65_535).contains(number), digits.utf8.allSatisfy(isDigit) else {
                throw refuse("has no port from 1 to 65535 behind its colon")
            }
            port = number
            host = entry[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard IPAddress(String(host))?.bytes.count == 16 else { throw refuse("has no IPv6 address in brackets") }
        }
        if let address = IPAddress(String(host)) {
            rules.append(Rule(host: "", includesSubdomainsOnly: false, port: port, address: address))
            return
        }
        let isWildcard = host.hasPrefix("*.")
        let name = (isWildcard ? host.dropFirst(2) : host).lowercased()
        guard isDomainName(name) else { throw refuse("is not a host name") }
        rules.append(
            Rule(host: isWildcard ? ".\(name)" : name, includesSubdomainsOnly: isWildcard, port: port, address: nil))
    }

    package func allows(_ target: FetchTarget) -> Bool { addresses(for: target) != nil }

    /// nil if `target` is not allowed.
    func addresses(for target: FetchTarget) -> Addresses? {
        guard let rule = rules.first(where: { $0.matches(target) }) else { return nil }
        return rule.address.map { .exactly($0) } ?? .anyPublic
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Letters, digits, hyphens and underscores between dots; not what could be read as a number of an address.
func isDomainName(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, let last = labels.last, !last.utf8.allSatisfy(isDigit), !last.hasPrefix("0x") else {
        return false
    }
    return labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_")
            }
    }
}
