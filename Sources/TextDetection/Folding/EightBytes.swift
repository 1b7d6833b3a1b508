/// Eight bytes of a text at once, the first in the lowest place.
struct EightBytes: Equatable, BitwiseCopyable {
    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    var value: UInt64

    @inline(__always)
    init(value: UInt64) { self.value = value }

    /// Beyond the text's end there are zeros.
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) {
        if place + 8 <= bytes.count, let base = bytes.baseAddress {
            value = EightBytes.load(base, place)
        } else if place < bytes.count, bytes.count >= 8, let base = bytes.baseAddress {
            // The last eight, without those before.
            value = EightBytes.load(base, bytes.count - 8) >> UInt64(8 * (place + 8 - bytes.count))
        } else {
            value = 0
            for (offset, byte) in bytes[min(place, bytes.count)...].prefix(8).enumerated() {
                value |= UInt64(byte) << UInt64(8 * offset)
            }
        }
    }

    @inline(__always)
    private static func load(_ base: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The bytes, from the first on, that are letters of ASCII, as small ones, with zeros behind them; and how many.
    @inline(__always)
    var leadingLetters: (small: EightBytes, count: Int) {
        // In each byte the highest bit is set by a carry from the others; no byte's sum reaches the next.
        let small = (value | EightBytes.ones * 0x20) & ~EightBytes.highBits
        let fromA = small &+ EightBytes.ones * UInt64(0x80 - UInt8(ascii: "a"))
        let beyondZ = small &+ EightBytes.ones * UInt64(0x80 - UInt8(ascii: "z") - 1)
        let others = ~(fromA & ~beyondZ & ~value) & EightBytes.highBits
        // All bits below the first of those; all if there is none.
        let isLetter = (others & (0 &- others)) >> 7 &- 1
        return (EightBytes(value: small & isLetter), others.trailingZeroBitCount / 8)
    }

    /// Letters of ASCII from a place on, as small ones, with zeros behind them: the first eight and the eight behind
    /// those; and how many there are, of 16. Without a branch, since how long a word is can't be foretold.
    @inline(__always)
    static func letters(
        _ bytes: UnsafeBufferPointer<UInt8>, _ place: Int
    ) -> (first: EightBytes, second: EightBytes, count: Int) {
        let (first, leading) = EightBytes(bytes, place).leadingLetters
        let (second, others) = EightBytes(bytes, place + 8).leadingLetters
        // Those of the second count if all of the first are letters.
        let counts = 0 &- leading >> 3
        return (
            first, EightBytes(value: second.value & UInt64(bitPattern: Int64(counts))), leading + (others & counts)
        )
    }

    /// The first `count` bytes, 1 to 8; zeros behind them.
    @inline(__always)
    func first(_ count: Int) -> EightBytes { EightBytes(value: value & ~0 >> UInt64(64 - 8 * count)) }

    /// ASCII's bytes with the bit that capitals lack; zeros stay.
    @inline(__always)
    var withSmallLetters: EightBytes {
        // Zero bytes: none of their bits carries into the highest when 0x7F is added.
        let isASCII = ~value & ((value & ~EightBytes.highBits) + ~EightBytes.highBits) & EightBytes.highBits
        return EightBytes(value: value | isASCII >> 2)
    }
}
