import TestSupport
import Testing

@testable import Media

/// Classification against the registries as they are printed (IANA, special-purpose addresses): first and last address of
/// each block, in the usual notation, and no arithmetic of bits.
@Suite struct IPAddressTableTests {
    private static let blocks: [(name: String, first: String, last: String)] = [
        ("this network", "0.0.0.0", "0.255.255.255"), ("private", "10.0.0.0", "10.255.255.255"),
        ("carriers", "100.64.0.0", "100.127.255.255"), ("loopback", "127.0.0.0", "127.255.255.255"),
        ("link-local", "169.254.0.0", "169.254.255.255"), ("private", "172.16.0.0", "172.31.255.255"),
        ("protocols", "192.0.0.0", "192.0.0.255"), ("TEST-NET-1", "192.0.2.0", "192.0.2.255"),
        ("6to4 relays", "192.88.99.0", "192.88.99.255"), ("private", "192.168.0.0", "192.168.255.255"),
        ("benchmarks", "198.18.0.0", "198.19.255.255"), ("TEST-NET-2", "198.51.100.0", "198.51.100.255"),
        ("TEST-NET-3", "203.0.113.0", "203.0.113.255"), ("multicast", "224.0.0.0", "239.255.255.255"),
        ("reserved, broadcast", "240.0.0.0", "255.255.255.255"),
    ]

    /// What is not in one of them can't be said of these; what is, is in no network of the open Internet.
    private static let blocks6: [(name: String, first: String, last: String)] = [
        ("unspecified, loopback, compatible", "::", "::ffff:ffff"),
        ("mapped", "::ffff:0:0", "::ffff:ffff:ffff"),
        ("local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("discard", "100::", "100::ffff:ffff:ffff:ffff"), ("dummy", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"),
        ("protocols", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("Teredo", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("benchmarks", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
        ("ORCHID", "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ORCHIDv2", "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("6to4", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("segment routing", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("unique local", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ]

    private static func isSpecial(_ address: IPAddress) throws -> Bool {
        try blocks.contains { block in
            let first = try #require(IPAddress(block.first))
            let last = try #require(IPAddress(block.last))
            return !address.bytes.lexicographicallyPrecedes(first.bytes)
                && !last.bytes.lexicographicallyPrecedes(address.bytes)
        }
    }

    private static func four(_ number: UInt32) throws -> IPAddress {
        let bytes = [24, 16, 8, 0].map { (shift: UInt32) in String(number >> shift & 0xFF) }
        return try #require(IPAddress(bytes.joined(separator: ".")))
    }

    private static func six(_ bytes: [UInt8]) throws -> IPAddress {
        let words = stride(from: 0, to: 16, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return try #require(IPAddress(words.joined(separator: ":")))
    }

    /// The ends of each block and their neighbours, then addresses anywhere, half of them in the blocks' first bytes.
    @Test(arguments: UInt64(1)...5) func fourByTable(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var numbers: [UInt32] = []
        for block in IPAddressTableTests.blocks {
            for end in [block.first, block.last] {
                let bytes = try #require(IPAddress(end)).bytes
                let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                numbers += [number &- 1, number, number &+ 1]
                numbers.append(number & 0xFFFF_0000 | UInt32.random(in: 0...0xFFFF, using: &random))
                numbers.append(number & 0xFF00_0000 | UInt32.random(in: 0...0xFF_FFFF, using: &random))
            }
        }
        for _ in 0..<500 { numbers.append(UInt32.random(in: 0...UInt32.max, using: &random)) }
        for number in numbers {
            let address = try IPAddressTableTests.four(number)
            let isSpecial = try IPAddressTableTests.isSpecial(address)
            #expect(address.isPublic == !isSpecial, "\(address.bytes)")
            try checkCarriers(of: address.bytes, isSpecial: isSpecial, &random)
        }
    }

    /// The same address inside of one of IPv6: only the translator's prefix leads out, and only to where it leads itself.
    private func checkCarriers(of four: [UInt8], isSpecial: Bool, _ random: inout SplitMix64) throws {
        let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
        let noise = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let translated = [0x00, 0x64, 0xFF, 0x9B] + zeros(8) + four
        #expect(try IPAddressTableTests.six(translated).isPublic == !isSpecial)
        let carriers: [String: [UInt8]] = [
            "mapped": zeros(10) + [0xFF, 0xFF] + four, "compatible": zeros(12) + four,
            "translated (RFC 2765)": zeros(8) + [0xFF, 0xFF, 0, 0] + four,
            "local NAT64": [0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01] + noise[..<6] + four,
            "6to4": [0x20, 0x02] + four + noise[..<10], "Teredo": [0x20, 0x01, 0, 0] + four + noise[..<8],
            "Teredo's client": [0x20, 0x01, 0, 0] + noise[..<8] + four.map { ~$0 },
            "ISATAP": [0x2A, 0x00] + noise[..<6] + [0, 0, 0x5E, 0xFE] + four,
            "ISATAP, global": [0x2A, 0x00] + noise[..<6] + [2, 0, 0x5E, 0xFE] + four,
        ]
        for (name, bytes) in carriers { #expect(try !IPAddressTableTests.six(bytes).isPublic, "\(name) \(four)") }
    }

    @Test(arguments: blocks6.indices) func sixByTable(index: Int) throws {
        let block = IPAddressTableTests.blocks6[index]
        let (first, last) = (try #require(IPAddress(block.first)).bytes, try #require(IPAddress(block.last)).bytes)
        var random = SplitMix64(seed: UInt64(index))
        #expect(try !IPAddressTableTests.six(first).isPublic && !IPAddressTableTests.six(last).isPublic)
        for _ in 0..<200 {
            // Blocks are all addresses with the bits that both ends have in common.
            let inside = zip(first, last).map { $0 | (UInt8.random(in: 0...255, using: &random) & ($0 ^ $1)) }
            #expect(try !IPAddressTableTests.six(inside).isPublic, "\(block.name) \(inside)")
        }
    }

    /// Everything outside of 2000::/3, but for what is translated, is nobody's.
    @Test(arguments: UInt64(1)...5) func sixAnywhere(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let isUnicast = bytes[0] & 0xE0 == 0x20
            let isSpecial = [0x2001, 0x2002, 0x3FFF].contains(Int(bytes[0]) << 8 | Int(bytes[1]))
            if !isSpecial { #expect(try IPAddressTableTests.six(bytes).isPublic == isUnicast, "\(bytes)") }
        }
    }
}
