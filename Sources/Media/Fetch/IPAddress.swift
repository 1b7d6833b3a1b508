internal import CCurl
internal import Glibc

/// An address of the Internet Protocol, version 4 or 6.
struct IPAddress: Sendable, Equatable {
    /// Four or sixteen, in network order.
    let bytes: [UInt8]

    /// From the usual notation, IPv6 without brackets; nil if `text` is anything else.
    init?(_ text: String) {
        // A zero would end the text early for the system's reader.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: six) { Array($0) }
        } else {
            return nil
        }
    }

    /// - Parameter address: as large as its family's; nil for families of other protocols.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6:
            bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// Whether it belongs to the open Internet: a unicast address that the registries of special addresses (IANA, RFC
    /// 6890) do not set aside. Everything else leads into a network of somebody's own, if anywhere.
    var isPublic: Bool { bytes.count == 4 ? isPublicIPv4(bytes[...]) : isPublicIPv6 }

    private func isPublicIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        !IPAddress.specialIPv4.contains { $0.contains(bytes) }
    }

    private var isPublicIPv6: Bool {
        // Translated by the network on the way (RFC 6052): the IPv4 address inside is where it leads.
        if IPAddress.translated.contains(bytes[...]) { return isPublicIPv4(bytes[12...]) }
        // ISATAP (RFC 5214), which carries any IPv4 address behind whatever network.
        if bytes[8] & 0xFD == 0, bytes[9...11].elementsEqual([0x00, 0x5E, 0xFE]) { return false }
        return IPAddress.globalUnicast.contains(bytes[...])
            && !IPAddress.specialIPv6.contains { $0.contains(bytes[...]) }
    }

    /// A stretch of addresses: those with the same first bits.
    private struct Prefix: Sendable {
        let bytes: [UInt8]
        let bits: Int

        init(_ bits: Int, _ bytes: UInt8...) {
            self.bytes = bytes
            self.bits = bits
        }

        func contains(_ address: ArraySlice<UInt8>) -> Bool {
            let whole = bits / 8
            guard address.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
            let rest = bits % 8
            return rest == 0 || (address[address.startIndex + whole] ^ bytes[whole]) >> (8 - rest) == 0
        }
    }

    private static let specialIPv4 = [
        Prefix(8, 0),  // this network, unspecified
        Prefix(8, 10),  // private
        Prefix(10, 100, 64),  // carriers' translation
        Prefix(8, 127),  // loopback
        Prefix(16, 169, 254),  // link-local, and the clouds' metadata services
        Prefix(12, 172, 16),  // private
        Prefix(24, 192, 0, 0),  // protocol assignments
        Prefix(24, 192, 0, 2),  // documentation
        Prefix(24, 192, 88, 99),  // 6to4 relays, given up
        Prefix(16, 192, 168),  // private
        Prefix(15, 198, 18),  // benchmarking
        Prefix(24, 198, 51, 100),  // documentation
        Prefix(24, 203, 0, 113),  // documentation
        Prefix(4, 224),  // multicast
        Prefix(4, 240),  // reserved, broadcast
    ]

    /// All else is loopback, unspecified, mapped IPv4, local, link-local, multicast, or nobody's yet.
    private static let globalUnicast = Prefix(3, 0x20)
    private static let translated = Prefix(96, 0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0)

    private static let specialIPv6 = [
        Prefix(23, 0x20, 0x01, 0x00),  // protocol assignments, Teredo among them
        Prefix(32, 0x20, 0x01, 0x0D, 0xB8),  // documentation
        Prefix(16, 0x20, 0x02),  // 6to4, which carries any IPv4 address
        Prefix(20, 0x3F, 0xFF, 0x00),  // documentation
    ]
}
