/// Eight ASCII bytes at once, in one word; the first in its lowest byte.
enum ASCIIBlock {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func isASCII(_ block: UInt64) -> Bool { block & highs == 0 }

    /// Small letters, and spaces for all white space; nil if a space follows another, or `afterSpace`.
    @inline(__always)
    static func folded(_ block: UInt64, afterSpace: Bool) -> UInt64? {
        // The high bit of a byte says yes: no byte has it set, so that no sum carries into the next one.
        let capitals = from(UInt8(ascii: "A"), block) & ~from(UInt8(ascii: "Z") + 1, block)
        let controls = from(0x09, block) & ~from(0x0E, block)
        let space = equals(0x20, block) | controls
        guard space & (space << 8 | (afterSpace ? 0x80 : 0)) == 0 else { return nil }
        return (block & ~((controls >> 7) &* 0xFF)) | capitals >> 2 | controls >> 2
    }

    /// One bit for each byte, the first in the lowest: whether it makes words, as `WordTable` has it.
    @inline(__always)
    static func words(_ block: UInt64) -> UInt64 {
        let small = block | ones &* 0x20
        let letters = from(UInt8(ascii: "a"), small) & ~from(UInt8(ascii: "z") + 1, small)
        let digits = from(UInt8(ascii: "0"), block) & ~from(UInt8(ascii: "9") + 1, block)
        let words = letters | digits | equals(UInt8(ascii: "_"), block)
        // Each byte's bit moves into the highest byte, and no two into the same place.
        return ((words >> 7) &* 0x0102_0408_1020_4080) >> 56
    }

    /// Bytes that are at least `least`.
    @inline(__always)
    private static func from(_ least: UInt8, _ block: UInt64) -> UInt64 {
        (block &+ ones &* UInt64(0x80 - least)) & highs
    }

    @inline(__always)
    private static func equals(_ byte: UInt8, _ block: UInt64) -> UInt64 {
        ~((block ^ ones &* UInt64(byte)) &+ ones &* 0x7F) & highs
    }
}
