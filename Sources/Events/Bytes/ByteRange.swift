/// A stretch of a batch's bytes. `none` is a field that was not there, which differs from an empty one.
package struct ByteRange: Sendable, Equatable, BitwiseCopyable {
    package var offset: UInt32
    package var count: UInt32

    package init(offset: Int, count: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    package static var none: ByteRange { ByteRange(offset: Int(UInt32.max), count: 0) }

    package var isPresent: Bool { offset != .max }
    package var isEmpty: Bool { count == 0 }
    package var range: Range<Int> { isPresent ? Int(offset)..<Int(offset) + Int(count) : 0..<0 }
}
