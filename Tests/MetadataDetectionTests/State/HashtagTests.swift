import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct HashtagTests {
    private func hashtags(_ text: String, most: Int = .max) -> [String] {
        withUnsafeTemporaryAllocation(byteCount: Hashtags.longest, alignment: 1) { scratch in
            var found: [String] = []
            Array(text.utf8).withUnsafeBytes { text in
                Hashtags.forEach(in: text, scratch) {
                    found.append(String(decoding: $0, as: UTF8.self))
                    return found.count < most
                }
            }
            return found
        }
    }

    @Test(arguments: [
        ("#Turnips at the #FAIR_2026!", ["turnips", "fair_2026"]), ("#a#b##c", ["a", "b", "c"]),
        ("a#b _#b 1#b https://x.example/#top ?q=#top &#39;", []), ("(#a) \"#b\" ,#c\n#d", ["a", "b", "c", "d"]),
        ("#1 #2026 #2a # #! ##", ["2a"]), ("#1#a", []), ("Grüß#a e#a #Grüße #grüße", ["a", "grüße", "grüße"]),
        ("#今日は市場 #سوق", ["今日は市場", "سوق"]), ("", []), ("#", []), ("no tags", []),
        ("#\(String(repeating: "x", count: 70))1 #y", [String(repeating: "x", count: 64), "y"]),
    ])
    func whatIsAHashtag(text: String, expected: [String]) {
        #expect(hashtags(text) == expected)
    }

    @Test func whoHasEnoughStops() {
        #expect(hashtags("#a #b #c", most: 2) == ["a", "b"])
    }

    /// Byte by byte, with none of the shortcuts.
    @Test(arguments: UInt64(1)...50) func itIsWhatAPlainLookFinds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters = ["#", "#", "a", "B", "1", " ", "_", "/", "=", "&", "ü", "."]
        let text = (0..<200).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
        let bytes = Array(text.utf8)
        func isASCIIWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
        }
        var expected: [String] = []
        var (place, end) = (0, 0)
        while place < bytes.count {
            defer { place += 1 }
            guard bytes[place] == 0x23 else { continue }
            let isBound = place > 0 && (isASCIIWord(bytes[place - 1]) || Array("/&=".utf8).contains(bytes[place - 1]))
            guard !isBound || (end == place && place > 0) else { continue }
            let word = bytes[(place + 1)...].prefix { isASCIIWord($0) || $0 >= 0x80 }
            guard word.contains(where: { !(0x30...0x39).contains($0) }) else { continue }
            let small = word.prefix(64).map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
            expected.append(String(decoding: small, as: UTF8.self))
            end = word.endIndex
        }
        #expect(hashtags(text) == expected, "\(text)")
    }

    @Test func anEventsAreCountedOnceAndNotForEver() {
        var known = EventHashtags()
        #expect(known.isEmpty)
        for hash in [5, 7, 5, 0, 0] as [UInt32] {
            let goesOn = known.add(hash)
            #expect(goesOn)
        }
        #expect(known.count == 3 && !known.isFull)
        for hash in UInt32(100)..<350 { _ = known.add(hash) }
        #expect(known.count == 64 && !known.isFull)
        let goesOn = known.add(1)
        #expect(!goesOn && known.isFull)
    }
}
