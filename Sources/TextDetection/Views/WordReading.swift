/// How a disguised word is read: what it has in common with each word that it may stand for, and whether it does.
///
/// Words are folded, as their code points.
protocol WordReading {
    /// Keys under which a known word is looked for; none: it can't be disguised in this way.
    static func keys(ofKnown word: [UInt32]) -> [UInt64]
    /// Keys of known words that a word in a text may stand for.
    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void)
    /// Whether it does. Words that are equal stand for nothing.
    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool
}

enum WordHash {
    static let start: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a, over code points.
    @inline(__always)
    static func add(_ code: UInt32, to hash: inout UInt64) { hash = (hash ^ UInt64(code)) &* 0x100_0000_01B3 }

    @inline(__always)
    static func of(_ word: some Sequence<UInt32>) -> UInt64 {
        var hash = start
        for code in word { add(code, to: &hash) }
        return hash
    }
}

extension UInt32 {
    @inline(__always)
    init(ascii scalar: Unicode.Scalar) { self = scalar.value }

    var isASCIIDigit: Bool { self >= 0x30 && self < 0x3A }
}
