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
