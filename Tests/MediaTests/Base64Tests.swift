import Foundation
import Media
import TestSupport
import Testing

@Suite struct Base64Tests {
    @Test(arguments: UInt64(1)...60)
    func encodesAndDecodesAsFoundation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let expected = Array(Data(bytes).base64EncodedString().utf8)
            #expect(Base64.encode(bytes) == expected)
            #expect(expected.withUnsafeBytes { Base64.decode($0) } == bytes)
        }
    }

    /// A changed text is refused, or stands for exactly what encodes to it: no file has two forms.
    @Test(arguments: UInt64(1)...60)
    func acceptsOneFormOnly(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var text = Base64.encode(bytes)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0 where !text.isEmpty:
                    text[text.indices.randomElement(using: &random) ?? 0] = UInt8.random(in: 0...255, using: &random)
                case 1 where !text.isEmpty: text.remove(at: text.indices.randomElement(using: &random) ?? 0)
                default: text.insert(UInt8(ascii: "="), at: Int.random(in: 0...text.count, using: &random))
                }
            }
            guard let decoded = text.withUnsafeBytes({ Base64.decode($0) }) else {
                refused += 1
                continue
            }
            #expect(Base64.encode(decoded) == text)
            #expect(Data(base64Encoded: Data(text)).map(Array.init) == decoded)
        }
        #expect(refused > 100)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "====", "A===", "AA=A", "AAAA====", "AA==AAAA", "AB==", "AAB=", "A A=", "AA\n=", "AA-_",
        "AAAA\n", "ÄAA",
    ])
    func refuses(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { Base64.decode($0) } == nil)
    }
}
