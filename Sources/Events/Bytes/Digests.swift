internal import CCrypto

/// A hash over bytes that come in parts.
package protocol HashFunction: Sendable {
    associatedtype Digest: BitwiseCopyable

    init()
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// The digest of what was fed so far. The state is a copy, so feeding may go on.
    func finish() -> Digest
}

extension HashFunction {
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package static func hash(_ bytes: [UInt8]) -> Digest {
        var hash = Self()
        hash.update(bytes)
        return hash.finish()
    }
}

/// SHA-256 (FIPS 180-4).
package struct SHA256: HashFunction {
    private var context = SHA256_CTX()

    package init() { SHA256_Init(&context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    package func finish() -> Digest256 {
        var copy = context
        var digest = Digest256()
        withUnsafeMutableBytes(of: &digest) { out in
            _ = SHA256_Final(out.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
        }
        return digest
    }
}

/// MD5 (RFC 1321): a name for content in exchanges that use it, not a proof of anything.
package struct MD5: HashFunction {
    private var context = MD5_CTX()

    package init() { MD5_Init(&context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        MD5_Update(&context, bytes.baseAddress, bytes.count)
    }

    package func finish() -> Digest128 {
        var copy = context
        var digest = Digest128()
        withUnsafeMutableBytes(of: &digest) { out in
            _ = MD5_Final(out.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
        }
        return digest
    }
}

/// SHA-1 (FIPS 180-4): a name for content in exchanges that use it, not a proof of anything.
package struct SHA1: HashFunction {
    private var context = SHA_CTX()

    package init() { SHA1_Init(&context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA1_Update(&context, bytes.baseAddress, bytes.count)
    }

    package func finish() -> Digest160 {
        var copy = context
        var digest = Digest160()
        withUnsafeMutableBytes(of: &digest) { out in
            _ = SHA1_Final(out.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
        }
        return digest
    }
}

/// HMAC-SHA-256 (RFC 2104) with the key's two blocks worked out once.
package struct HMAC: Sendable {
    private var inner = SHA256()
    private var outer = SHA256()

    package init(key: [UInt8]) {
        var block = [UInt8](repeating: 0, count: 64)
        if key.count > 64 {
            withUnsafeBytes(of: SHA256.hash(key)) { block.replaceSubrange(0..<32, with: $0) }
        } else {
            block.replaceSubrange(0..<key.count, with: key)
        }
        inner.update(block.map { $0 ^ 0x36 })
        outer.update(block.map { $0 ^ 0x5c })
    }

    package func code(for message: UnsafeRawBufferPointer) -> Digest256 {
        var first = inner
        first.update(message)
        let digest = first.finish()
        var second = outer
        withUnsafeBytes(of: digest) { second.update($0) }
        return second.finish()
    }
}

/// 256 bits as four words in memory order: byte 0 is the lowest byte of `words.0`.
package struct Digest256: Sendable, Hashable, BitwiseCopyable {
    package var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    /// nil unless `hex` is exactly 64 hexadecimal digits.
    package init?(hex: UnsafeRawBufferPointer) {
        let parsed = withUnsafeMutableBytes(of: &words) { readHex(hex, into: $0) }
        if !parsed { return nil }
    }

    /// The first 128 bits.
    package var firstHalf: Digest128 {
        var half = Digest128()
        half.words = (words.0, words.1)
        return half
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

/// 128 bits, laid out as `Digest256`.
package struct Digest128: Sendable, Hashable, BitwiseCopyable {
    package var words: (UInt64, UInt64) = (0, 0)

    package init() {}

    /// nil unless `hex` is exactly 32 hexadecimal digits.
    package init?(hex: UnsafeRawBufferPointer) {
        let parsed = withUnsafeMutableBytes(of: &words) { readHex(hex, into: $0) }
        if !parsed { return nil }
    }

    package static func == (a: Self, b: Self) -> Bool { a.words.0 == b.words.0 && a.words.1 == b.words.1 }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// 160 bits as five words in memory order.
package struct Digest160: Sendable, Hashable, BitwiseCopyable {
    package var words: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)

    package init() {}

    /// nil unless `hex` is exactly 40 hexadecimal digits.
    package init?(hex: UnsafeRawBufferPointer) {
        let parsed = withUnsafeMutableBytes(of: &words) { readHex(hex, into: $0) }
        if !parsed { return nil }
    }

    package static func == (a: Self, b: Self) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
        hasher.combine(words.4)
    }
}

/// Fills `out` from twice as many hexadecimal digits of either case; false if `hex` is anything else.
package func readHex(_ hex: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Bool {
    guard hex.count == out.count * 2 else { return false }
    for index in 0..<out.count {
        guard let high = hexValue(hex[2 * index]), let low = hexValue(hex[2 * index + 1]) else { return false }
        out[index] = high << 4 | low
    }
    return true
}

/// 0…15; nil if the byte is no hexadecimal digit.
@inline(__always)
package func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}

extension ByteWriter {
    package mutating func appendHex(_ digest: Digest256) {
        withUnsafeBytes(of: digest) { appendHex($0) }
    }

    package mutating func appendHex(_ digest: Digest128) {
        withUnsafeBytes(of: digest) { appendHex($0) }
    }
}

/// The linked OpenSSL, as it names itself.
package var cryptoLibraryVersion: String { String(cString: weir_crypto_version()) }
