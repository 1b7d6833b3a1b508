/// Eight bytes of a folded text: how many of them, from the first on, are symbols as they stand.
///
/// Those are small Latin letters and spaces, unless one is the same as the symbol before it (`FeatureSymbols` keeps one of
/// a run), or is a space behind a letter that stands alone (several of those may be a word).
struct PlainBlock {
    let symbols: SIMD8<UInt32>
    /// How many bytes are plain.
    let count: Int
    /// The highest bit of each plain byte that is a space.
    let spaces: UInt64

    /// - Parameters:
    ///   - behind: the end of the symbols that there are; one at least.
    ///   - isFirst: there is one and no more.
    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>, _ place: Int, behind: UnsafePointer<UInt32>, isFirst: Bool) {
        let bytes = UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped + place).loadUnaligned(as: SIMD8<UInt8>.self)
        symbols = SIMD8<UInt32>(truncatingIfNeeded: bytes)
        let word = unsafeBitCast(bytes, to: UInt64.self)
        let (ones, low, high) = (PlainBlock.ones, PlainBlock.ones &* 0x7F, PlainBlock.ones &* 0x80)
        // Carries stay within bytes of ASCII, and where one is none, what is before it counts alone.
        let seven = word & low
        let isLetter = (seven &+ ones &* 0x1F) & ~(seven &+ ones &* 0x05) & ~word & high
        let isSpace = PlainBlock.zeros(word ^ ones &* 0x20)
        let last = PlainBlock.byte(behind[-1])
        let isRepeated = PlainBlock.zeros(word ^ (word << 8 | last))
        let before = isFirst ? 0 : behind[-2] == FeatureSymbols.space ? 0x80 as UInt64 : 0
        let spacesBefore = isSpace << 16 | (last == 0x20 ? 0x8000 : 0) | before
        let other = ~(isLetter | isSpace) & high | isRepeated | isSpace & spacesBefore
        count = other.trailingZeroBitCount >> 3
        spaces = isSpace & (other == 0 ? .max : (other & (0 &- other)) &- 1)
    }

    /// Of the plain bytes those behind the last space; `spaces` is not 0.
    @inline(__always)
    var countBehindSpaces: Int { count - (64 - spaces.leadingZeroBitCount) >> 3 }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// The highest bit of each byte that is zero.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        let low = ones &* 0x7F
        return ~((word & low &+ low) | word | low)
    }

    /// A symbol as a byte, or one that no plain byte equals.
    @inline(__always)
    private static func byte(_ symbol: UInt32) -> UInt64 { symbol < 0x80 ? UInt64(symbol) : 0xFF }
}
