import Events
import TestSupport
import Testing

struct DigestTests {
    /// FIPS 180-4 examples (NIST, "SHA256.pdf"), and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func sha256(message: String, digest: String) {
        #expect(hex(SHA256.hash(Array(message.utf8))) == digest)
    }

    /// FIPS 180-4 examples (NIST, "SHA1.pdf"), and the empty message.
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    ])
    func sha1(message: String, digest: String) {
        var hash = SHA1()
        Array(message.utf8).withUnsafeBytes { hash.update($0) }
        #expect(hex(hash.finish()) == digest)
        let read = Array(digest.uppercased().utf8).withUnsafeBytes { Digest160(hex: $0) }
        #expect(read == hash.finish())
        #expect(Array(digest.dropLast().utf8).withUnsafeBytes { Digest160(hex: $0) } == nil)
    }

    /// RFC 1321 appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
    ])
    func md5(message: String, digest: String) {
        var hash = MD5()
        Array(message.utf8).withUnsafeBytes { hash.update($0) }
        #expect(hex(hash.finish()) == digest)
    }

    /// RFC 4231 sections 4.2 to 4.8 (4.6 by its first 128 bits, as there).
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0x0C, count: 20), Array("Test With Truncation".utf8),
                "a3b6167473100ee06e0c796c2955552b"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than block-size data. "
                        + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ] as [([UInt8], [UInt8], String)])
    func hmac(key: [UInt8], message: [UInt8], code: String) {
        #expect(hex(message.withUnsafeBytes { HMAC(key: key).code(for: $0) }).hasPrefix(code))
    }

    @Test func hmacOfAKeyOfOneBlockAndOfNone() {
        // From Python's hmac.
        let block = [UInt8](repeating: 0x61, count: 64)
        #expect(
            hex(Array("x".utf8).withUnsafeBytes { HMAC(key: block).code(for: $0) })
                == "b65ca3a3235f948bc0e6bd747532c54a983b54ddad1a4d1bd8b958e065b1cab4")
        #expect(
            hex(Array("x".utf8).withUnsafeBytes { HMAC(key: []).code(for: $0) })
                == "4cbc96099a6467ce002461f10549b4898265ebe6188b45efacc44293516e62c4")
    }

    @Test(arguments: UInt64(1)...20)
    func feedingInPartsIsFeedingAtOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let message = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
        }
        var parts = SHA256()
        var fed = 0
        while fed < message.count {
            let next = min(fed + Int.random(in: 0...70, using: &random), message.count)
            parts.update(Array(message[fed..<next]))
            // A digest on the way must not disturb what follows.
            _ = parts.finish()
            fed = next
        }
        #expect(parts.finish() == SHA256.hash(message))
    }

    @Test func hexadecimalIsReadInEitherCaseAndStrictly() {
        let text = "00ff" + String(repeating: "aB", count: 30)
        #expect(digest256(text).map(hex) == text.lowercased())
        #expect(digest128("0123456789abcdefFEDCBA9876543210").map(hex) == "0123456789abcdeffedcba9876543210")
        for bad in ["", "0", String(text.dropLast()), text + "0", "g" + text.dropFirst(), " " + text.dropFirst()] {
            #expect(digest256(bad) == nil)
            #expect(digest128(bad) == nil)
        }
        #expect(digest256(text)?.firstHalf == digest128(String(text.prefix(32))))
    }
}

func digest256(_ hex: String) -> Digest256? { Array(hex.utf8).withUnsafeBytes { Digest256(hex: $0) } }
func digest128(_ hex: String) -> Digest128? { Array(hex.utf8).withUnsafeBytes { Digest128(hex: $0) } }

func hex<Digest: BitwiseCopyable>(_ digest: Digest) -> String {
    var out = ByteWriter()
    withUnsafeBytes(of: digest) { out.appendHex($0) }
    return String(decoding: out.bytes, as: UTF8.self)
}
