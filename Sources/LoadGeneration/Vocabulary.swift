/// Words that are none in any language, but are distributed as words are, for texts and terms of any number.
package struct Vocabulary: Sendable {
    private static let onsets = ["b", "d", "g", "k", "l", "m", "n", "p", "r", "s", "t", "w", "br", "st", "pl", "ng"]
    private static let nuclei = ["a", "e", "i", "o", "u", "ai", "ou"]

    private let words: [[UInt8]]

    /// The same words for the same seed.
    package init(count: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var seen: Set<[UInt8]> = []
        var words: [[UInt8]] = []
        while words.count < count {
            var word: [UInt8] = []
            for _ in 0..<Int.random(in: 2...4, using: &random) {
                word += Vocabulary.onsets[Int.random(in: 0..<Vocabulary.onsets.count, using: &random)].utf8
                word += Vocabulary.nuclei[Int.random(in: 0..<Vocabulary.nuclei.count, using: &random)].utf8
            }
            if seen.insert(word).inserted { words.append(word) }
        }
        self.words = words
    }

    package var count: Int { words.count }
    package subscript(index: Int) -> String { String(decoding: words[index], as: UTF8.self) }

    /// A text of about `bytes` bytes in which low-numbered words are the frequent ones.
    func text(bytes: Int, using random: inout SplitMix64) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes + 16)
        while text.count < bytes {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            // The product of two uniform numbers falls off about as word frequencies do.
            let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
            text += words[Int(place * Double(words.count))]
        }
        return text
    }
}
