/// A word's bytes as one number, for tables of words. ASCII's capitals count as small letters; never 0.
enum WordKey {
    /// - Parameter count: at least 1.
    @inline(__always)
    static func of(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        var hash = UInt64(count)
        var place = start
        let end = start + count
        while place < end {
            let eight = EightBytes(bytes, place)
            hash = mix(hash, eight.first(min(end - place, 8)).withSmallLetters.value)
            place += 8
        }
        // Two parts at least.
        return (count > 8 ? hash : mix(hash, 0)) | 1 << 63
    }

    /// Of a word of up to sixteen small letters of ASCII, with zeros behind them; the same as the other.
    @inline(__always)
    static func of(_ first: EightBytes, _ second: EightBytes, _ count: Int) -> UInt64 {
        mix(mix(UInt64(count), first.value), second.value) | 1 << 63
    }

    /// Of two words, by their keys.
    @inline(__always)
    static func of(_ first: UInt64, then second: UInt64) -> UInt64 { mix(first, second) }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ part: UInt64) -> UInt64 {
        let product = (hash &* 0x9E37_79B9_7F4A_7C15 ^ part) &* 0xFF51_AFD7_ED55_8CCD
        return product ^ product >> 32
    }
}
