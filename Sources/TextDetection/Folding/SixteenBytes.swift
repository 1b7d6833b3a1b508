/// Sixteen bytes of a text at once. What is asked of each is answered in its highest bit; the others say nothing.
///
/// Answers are joined by `&` and `|` of numbers: those of Swift's own masks are not compiled to single instructions.
struct SixteenBytes: BitwiseCopyable {
    static let count = 16

    private var bytes: SIMD16<UInt8>

    @inline(__always)
    init(_ bytes: SIMD16<UInt8>) { self.bytes = bytes }

    /// - Parameter place: of the first; all sixteen are the text's.
    @inline(__always)
    init(_ text: UnsafeRawPointer, _ place: Int) {
        bytes = text.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
    }

    @inline(__always)
    func equals(_ byte: UInt8) -> SixteenBytes { equals(SixteenBytes(SIMD16(repeating: byte))) }

    /// Which are the same as those at their places.
    @inline(__always)
    func equals(_ others: SixteenBytes) -> SixteenBytes {
        SixteenBytes(unsafeBitCast(bytes .== others.bytes, to: SIMD16<UInt8>.self))
    }

    /// Those that are greater than `byte`, which is of ASCII.
    @inline(__always)
    func exceeds(_ byte: UInt8) -> SixteenBytes {
        SixteenBytes(((bytes | SIMD16(repeating: 0x80)) &- SIMD16(repeating: byte &+ 1)) | bytes)
    }

    @inline(__always)
    static func & (a: SixteenBytes, b: SixteenBytes) -> SixteenBytes { SixteenBytes(a.bytes & b.bytes) }

    @inline(__always)
    static func | (a: SixteenBytes, b: SixteenBytes) -> SixteenBytes { SixteenBytes(a.bytes | b.bytes) }

    @inline(__always)
    static func & (a: SixteenBytes, byte: UInt8) -> SixteenBytes {
        SixteenBytes(a.bytes & SIMD16(repeating: byte))
    }

    @inline(__always)
    static func | (a: SixteenBytes, byte: UInt8) -> SixteenBytes {
        SixteenBytes(a.bytes | SIMD16(repeating: byte))
    }

    /// The highest bits, of eight bytes in each half; the first byte's is the eighth from below.
    @inline(__always)
    var highBits: SIMD2<UInt64> { unsafeBitCast(bytes & SIMD16(repeating: 0x80), to: SIMD2<UInt64>.self) }

    /// Whether the highest bit of any is set.
    @inline(__always)
    var isAny: Bool {
        let halves = highBits
        return halves[0] | halves[1] != 0
    }
}
