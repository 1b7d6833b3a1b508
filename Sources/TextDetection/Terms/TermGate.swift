/// Tells cheaply that none of a large set's terms can stand in a text, as in most: the words of such a text need not be
/// looked for by Vectorscan, whose tables don't fit into a processor's nearest cache.
///
/// A term that must stand between word edges has its words as words of the text. So those of several words stand in no
/// text that does not have the first two of them, one behind the other, and those of one in none without it.
struct TermGate: Sendable {
    /// Fewer patterns have none. Measured: a thousand are looked for as fast without as ten thousand are with it (`weir bench
    /// text-match`).
    static let least = 2_000

    /// Nothing can be told.
    private var isAlwaysOpen: Bool
    /// Some terms have no word but in scripts without spaces, or signs: text that has any of these is looked through.
    private var opensForOthers = false
    /// Some terms are of one word.
    private var hasSingles = false
    /// Keys of words and of pairs.
    private var keys: Set<UInt64> = []
    /// Two bits of one number for each key: what is not among them is no key.
    private var filter: [UInt64] = [0]
    private var mask: UInt64 = 0

    init(_ set: TermSet, least: Int) {
        isAlwaysOpen = set.patterns.count < least
        guard !isAlwaysOpen else { return }
        for (pattern, text) in zip(set.patterns, set.texts) {
            if pattern.substring >= 0 { isAlwaysOpen = true }
            guard pattern.word >= 0 else { continue }
            var words: [UInt64] = []
            text.withUnsafeBufferPointer { bytes in
                _ = TermGate.each(bytes, 0, others: { false }) {
                    words.append($0)
                    return words.count > 1
                }
            }
            switch words.count {
            case 0 where text.contains { $0 >= 0x80 }: opensForOthers = true
            case 0: isAlwaysOpen = true
            case 1:
                hasSingles = true
                keys.insert(words[0])
            default: keys.insert(WordKey.of(words[0], then: words[1]))
            }
        }
        guard !isAlwaysOpen else {
            keys = []
            return
        }
        var count = 1
        while count * 4 < keys.count { count *= 2 }
        filter = [UInt64](repeating: 0, count: count)
        mask = UInt64(count - 1)
        for key in keys { filter[Int(key & mask)] |= TermGate.bits(key) }
    }

    /// Whether a term may stand in a text.
    ///
    /// - Parameter range: of the buffer of folded texts.
    func isOpen(for bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        if isAlwaysOpen { return true }
        let text = UnsafeBufferPointer(start: bytes, count: range.upperBound)
        return filter.withUnsafeBufferPointer { filter in
            func isKnown(_ key: UInt64) -> Bool {
                let bits = TermGate.bits(key)
                return filter[Int(key & mask)] & bits == bits && keys.contains(key)
            }
            var last: UInt64 = 0
            return TermGate.each(text, range.lowerBound, others: { opensForOthers }) { word in
                if hasSingles, isKnown(word) { return true }
                let pair = WordKey.of(last, then: word)
                last = word
                return isKnown(pair)
            }
        }
    }

    /// The first texts of a stretch that follow each other and may have a term.
    func firstOpen(
        of stretch: Range<Int>, _ texts: UnsafeBufferPointer<FoldedTexts.Text>, _ bytes: UnsafePointer<UInt8>
    ) -> Range<Int>? {
        if isAlwaysOpen { return stretch.isEmpty ? nil : stretch }
        var first = stretch.lowerBound
        while first < stretch.upperBound, !isOpen(for: bytes, texts[first].bytes) { first += 1 }
        guard first < stretch.upperBound else { return nil }
        var end = first + 1
        while end < stretch.upperBound, isOpen(for: bytes, texts[end].bytes) { end += 1 }
        return first..<end
    }

    /// Two of 64.
    @inline(__always)
    private static func bits(_ key: UInt64) -> UInt64 { 1 << (key >> 32 & 63) | 1 << (key >> 38 & 63) }

    /// Calls `body` with the key of each word, a row of characters that word edges never divide, until it returns true; and
    /// `others` at characters beyond ASCII that are in none.
    ///
    /// - Parameter text: up to its end; what is no UTF-8 in it counts as found.
    /// - Returns: whether one of these returned true.
    @inline(__always)
    private static func each(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, others: () -> Bool, _ body: (UInt64) -> Bool
    ) -> Bool {
        let table = WordTable.shared
        let count = text.count
        var place = start
        while place < count {
            // Most words are short and of ASCII's letters: read at once.
            if ASCIIClass.isLetter(text[place]) {
                let (first, second, length) = EightBytes.letters(text, place)
                let behind = place + length
                if length < 16, behind == count || isEnd(text[behind], table) {
                    if body(WordKey.of(first, second, length)) { return true }
                    place = behind + 1
                    continue
                }
            }
            var end = place
            var next = place
            while next < count {
                if text[next] < 0x80 {
                    next += 1
                    if isEnd(text[next - 1], table) { break }
                } else {
                    guard let (code, size) = character(text, next) else { return true }
                    next += size
                    if table.classes(of: code) & (WordTable.word | WordTable.unspaced) != WordTable.word {
                        if others() { return true }
                        break
                    }
                }
                end = next
            }
            if end > place, body(WordKey.of(text, place, end - place)) { return true }
            place = next
        }
        return false
    }

    /// Of ASCII, and in no word.
    @inline(__always)
    private static func isEnd(_ byte: UInt8, _ table: WordTable) -> Bool {
        byte < 0x80 && table.classes(of: UInt32(byte)) & WordTable.word == 0
    }

    /// nil if what stands there is no UTF-8.
    @inline(__always)
    private static func character(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> (code: UInt32, size: Int)? {
        let lead = text[place]
        guard lead >= 0xC2, lead < 0xF5 else { return nil }
        let size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard place + size <= text.count else { return nil }
        var code = UInt32(lead) & (0x7F >> UInt32(size))
        for offset in 1..<size {
            let byte = text[place + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            code = code << 6 | UInt32(byte & 0x3F)
        }
        return (code, size)
    }
}
