/// Tells cheaply that a text has no cue which could soften anything, as most have none: by one word of each phrase, the
/// longest.
struct ContextGate: Sendable {
    private var words: Set<UInt64> = []
    /// Bits by the first two bytes and the length of a word, which sort most words out before they are hashed.
    private var shapes = [UInt64](repeating: 0, count: 1 << 9)

    /// - Parameter phrase: the folded words of one.
    mutating func insert(_ phrase: [ArraySlice<UInt8>]) {
        guard let longest = phrase.max(by: { $0.count < $1.count }), longest.count > 1 else { return }
        longest.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            words.insert(ContextCues.hash(base, 0..<bytes.count))
            let shape = ContextGate.shape(base, 0..<bytes.count)
            shapes[shape >> 6] |= 1 << (shape & 63)
        }
    }

    /// Whether one of the words stands in a text.
    ///
    /// - Parameter range: of the buffer of folded texts, which goes on behind it.
    func isOpen(for bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        let table = WordTable.shared
        return shapes.withUnsafeBufferPointer { shapes in
            func isKnown(_ start: Int, _ end: Int) -> Bool {
                guard end - start > 1 else { return false }
                let shape = ContextGate.shape(bytes, start..<end)
                return shapes[shape >> 6] >> (shape & 63) & 1 != 0
                    && words.contains(ContextCues.hash(bytes, start..<end))
            }
            func isAny(_ start: Int, _ end: Int) -> Bool {
                isKnown(start, end)
                    || ContextCues.isArabicPrefix(bytes, start) && end > start + 2 && isKnown(start + 2, end)
            }
            var start = range.lowerBound
            var place = start
            while place < range.upperBound {
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

    /// 15 bits.
    @inline(__always)
    private static func shape(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>) -> Int {
        let (first, second) = (Int(bytes[word.lowerBound]), Int(bytes[word.lowerBound + 1]))
        return (first &* 37 &+ second &* 1_031 &+ word.count &* 4_099) & 0x7FFF
    }
}
