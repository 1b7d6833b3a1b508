/// Known words by what a reading has in common with them.
struct WordIndex<Reading: WordReading>: Sendable {
    private var words: [UInt64: [Int32]] = [:]
    /// A bit for some of each key's own: most words of a text are found in it not to be known at all.
    private var filter: [UInt64] = [0]
    private var mask: UInt64 = 0

    init() {}

    init(_ known: [(word: Int32, codes: [UInt32])]) {
        for (word, codes) in known {
            for key in Reading.keys(ofKnown: codes) where words[key]?.last != word {
                words[key, default: []].append(word)
            }
        }
        let bits = max(64, (words.count * 16).nextPowerOfTwo)
        filter = [UInt64](repeating: 0, count: bits / 64)
        mask = UInt64(bits - 1)
        for key in words.keys {
            let bit = WordIndex.bit(key) & mask
            filter[Int(bit / 64)] |= 1 << (bit % 64)
        }
    }

    var isEmpty: Bool { words.isEmpty }

    /// Known words that one in a text stands for; each once.
    @inline(__always)
    func each(standingFor written: [UInt32], _ body: (Int32) -> Void, codes: (Int32) -> [UInt32]) {
        var seen: [Int32] = []
        Reading.keys(ofWritten: written) { key in
            let bit = WordIndex.bit(key) & mask
            guard filter[Int(bit / 64)] >> (bit % 64) & 1 != 0, let candidates = words[key] else { return }
            for word in candidates where !seen.contains(word) {
                guard Reading.stands(written, for: codes(word)) else { continue }
                seen.append(word)
                body(word)
            }
        }
    }

    @inline(__always)
    private static func bit(_ key: UInt64) -> UInt64 { key ^ key >> 29 }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
