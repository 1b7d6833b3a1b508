/// Tells cheaply that a text has no cue which could soften anything, as most have none: by one word of each phrase, the
/// longest.
struct ContextGate: Sendable {
    private var words: Set<UInt64> = []
    /// Bits by the first eight bytes and the length of a word, which sort most words out before they are hashed.
    private var shapes = [UInt64](repeating: 0, count: 1 << 9)

    /// - Parameter phrase: the folded words of one.
    mutating func insert(_ phrase: [ArraySlice<UInt8>]) {
        guard let longest = phrase.max(by: { $0.count < $1.count }), longest.count > 1 else { return }
        longest.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            words.insert(ContextCues.hash(base, 0..<bytes.count))
            let shape = ContextGate.shape(EightBytes(bytes, 0).first(min(8, bytes.count)), bytes.count)
            shapes[shape >> 6] |= 1 << (shape & 63)
        }
    }

    /// Whether one of the words stands in a text.
    ///
    /// - Parameter range: of the buffer of folded texts, which goes on behind it.
    func isOpen(for bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        let table = WordTable.shared
        let text = UnsafeBufferPointer(start: bytes, count: range.upperBound)
        return shapes.withUnsafeBufferPointer { shapes in
            func isKnown(_ start: Int, _ end: Int) -> Bool {
                guard end - start > 1 else { return false }
                let shape = ContextGate.shape(EightBytes(text, start).first(min(8, end - start)), end - start)
                return isKnown(start, end, shape)
            }
            func isKnown(_ start: Int, _ end: Int, _ shape: Int) -> Bool {
                shapes[shape >> 6] >> (shape & 63) & 1 != 0 && words.contains(ContextCues.hash(bytes, start..<end))
            }
            func isAny(_ start: Int, _ end: Int) -> Bool {
                isKnown(start, end)
                    || ContextCues.isArabicPrefix(bytes, start) && end > start + 2 && isKnown(start + 2, end)
            }
            var start = range.lowerBound
            var place = start
            while place < range.upperBound {
                if place == start, ASCIIClass.isLetter(bytes[place]) {
                    // Most words are short and of ASCII's letters: read at once.
                    let (first, _, length) = EightBytes.letters(text, place)
                    let end = place + length
                    if length < 16, end == range.upperBound || ContextGate.isEnd(bytes[end]) {
                        if length > 1, isKnown(place, end, ContextGate.shape(first, length)) { return true }
                        (start, place) = (end + 1, end + 1)
                        continue
                    }
                }
                let byte = bytes[place]
                if byte < 0x80 {
                    // `_` too: a word that it is part of is no cue, which the reader finds out.
                    if !FoldPass.isWordByte(byte) {
                        if isAny(start, place) { return true }
                        start = place + 1
                    }
                    place += 1
                    continue
                }
                let (code, length) = FoldPass.character(at: place, bytes, range.upperBound)
                if table.classes(of: code) & (WordTable.word | WordTable.unspaced) != WordTable.word {
                    if isAny(start, place) { return true }
                    start = place + length
                }
                place += length
            }
            return isAny(start, place)
        }
    }

    /// Of ASCII, and part of no word.
    @inline(__always)
    private static func isEnd(_ byte: UInt8) -> Bool { byte < 0x80 && !FoldPass.isWordByte(byte) }

    /// 15 bits.
    ///
    /// - Parameter first: up to eight bytes of the word, zeros behind them.
    @inline(__always)
    private static func shape(_ first: EightBytes, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((first.value &+ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15) >> 49)
    }
}
