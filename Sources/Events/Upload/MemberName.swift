/// The name of a JSON member in three words, so that looking for one touches nothing but them.
///
/// Equal names have equal words. Of names of up to `exact` bytes the converse holds too; longer ones differ in the
/// middle perhaps.
struct MemberName: Equatable, Sendable, BitwiseCopyable {
    static let exact = 16

    private let count: Int
    /// The first and the last eight bytes, which overlap in names of fewer than 16; shorter ones are filled with zeros.
    private let head: UInt64
    private let tail: UInt64

    @inline(__always)
    init(_ name: UnsafeRawBufferPointer) {
        count = name.count
        if count >= 8 {
            head = name.loadUnaligned(as: UInt64.self)
            tail = name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            head = UInt64(name.loadUnaligned(as: UInt32.self))
            tail = UInt64(name.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else {
            var word: UInt64 = 0
            for byte in name { word = word << 8 | UInt64(byte) }
            head = word
            tail = 0
        }
    }
}
