internal import Events
internal import Glibc

/// The one form in which a host is compared, as browsers make it (URL Standard, "host parsing").
enum HostName {
    /// Gives what stands from `start` on, in lower case, its one form: letters beyond ASCII become Punycode (UTS #46),
    /// and the many ways to write an address of the Internet Protocol become one. What can't be read stays as it is.
    static func normalize(_ out: inout [UInt8], from start: Int) {
        guard out.count - start <= DomainName.longest, start < out.count else { return }
        if out[start] == UInt8(ascii: "[") { return normalizeIPv6(&out, from: start) }
        if out[start...].contains(where: { $0 >= 0x80 }),
            let ascii = out[start...].withUnsafeBytes({ DomainName.ascii($0) })
        {
            out.replaceSubrange(start..., with: ascii)
        }
        if let address = ipv4(out[start...]) {
            out.removeSubrange(start...)
            for (number, shift) in [24, 16, 8, 0].enumerated() {
                if number > 0 { out.append(UInt8(ascii: ".")) }
                out.append(contentsOf: String(address >> UInt32(shift) & 0xFF).utf8)
            }
        }
    }

    // MARK: Addresses

    /// nil unless the last label is a number, and all are parts of one address: `0x7f.1` is 127.0.0.1 (URL Standard, "IPv4
    /// parser").
    static func ipv4(_ host: ArraySlice<UInt8>) -> UInt32? {
        guard let last = host.last, isHexDigit(last) || last == UInt8(ascii: "x") || last == UInt8(ascii: "."),
            let first = host.first, isDecimalDigit(first)
        else { return nil }
        var parts: [UInt64] = []
        for part in host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard parts.count < 4, let number = number(part) else { return nil }
            parts.append(number)
        }
        guard let tail = parts.popLast(), parts.allSatisfy({ $0 <= 0xFF }) else { return nil }
        // The last one fills what the others leave.
        guard tail < 1 << UInt64(8 * (4 - parts.count)) else { return nil }
        var address = UInt32(tail)
        for (place, part) in parts.enumerated() { address |= UInt32(part) << UInt32(8 * (3 - place)) }
        return address
    }

    /// Decimal, octal behind `0`, or hexadecimal behind `0x`; nothing behind `0x` is 0.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty else { return nil }
        var (digits, radix) = (digits, UInt64(10))
        if digits.starts(with: "0x".utf8) {
            (digits, radix) = (digits.dropFirst(2), 16)
        } else if digits.count > 1, digits.first == UInt8(ascii: "0") {
            (digits, radix) = (digits.dropFirst(), 8)
        }
        var number: UInt64 = 0
        for digit in digits {
            guard let value = hexValue(digit), UInt64(value) < radix else { return nil }
            number = number * radix + UInt64(value)
            guard number <= UInt64(UInt32.max) else { return nil }
        }
        return number
    }

    /// In brackets, as RFC 5952 has it.
    private static func normalizeIPv6(_ out: inout [UInt8], from start: Int) {
        guard out.last == UInt8(ascii: "]"), out.count - start <= Int(INET6_ADDRSTRLEN) + 2 else { return }
        var address = in6_addr()
        let text = String(decoding: out[(start + 1)..<(out.count - 1)], as: UTF8.self)
        guard inet_pton(AF_INET6, text, &address) == 1 else { return }
        let written = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(AF_INET6, &address, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN)).map { String(cString: $0) }
        }
        guard let written else { return }
        out.replaceSubrange((start + 1)..<(out.count - 1), with: written.utf8)
    }

    private static func isDecimalDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    private static func isHexDigit(_ byte: UInt8) -> Bool { hexValue(byte) != nil }
}
