/// Where a feature's weights stand: multilinear hashing of symbols, of which the highest bits are taken (Dietzfelbinger
/// and others, 1997; Lemire and Kaser, 2014).
///
/// `load-tests/text-model/features.py` has the same numbers.
enum FeatureHash {
    @inline(__always)
    static var factors: (UInt32, UInt32, UInt32, UInt32, UInt32) {
        (0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F, 0x1656_67B1)
    }
    /// Added for n-grams of three, four and five symbols.
    @inline(__always)
    static var lengths: (UInt32, UInt32, UInt32) { (0x51ED_270B, 0xB492_B66F, 0x2127_599B) }

    @inline(__always)
    static var wordStart: UInt32 { 0x811C_9DC5 }
    @inline(__always)
    static var wordMix: UInt32 { 0x9E37_79B1 }
    @inline(__always)
    static var pairMix: UInt32 { 0x85EB_CA77 }

    /// One symbol more of a word. Without a multiplication, for which the next symbol would have to wait.
    @inline(__always)
    static func extend(_ word: UInt32, _ symbol: UInt32) -> UInt32 { (word << 5 | word >> 27) ^ symbol }

    @inline(__always)
    static func word(_ word: UInt32) -> UInt32 { word &* wordMix }

    @inline(__always)
    static func pair(_ first: UInt32, _ second: UInt32) -> UInt32 { (first &* pairMix ^ second) &* wordMix }

    /// FNV-1a of bytes, 64 bits.
    static func fingerprint(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
