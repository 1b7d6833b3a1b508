/// Writes a record's numbers as LEB128 (DWARF 5, 7.6): seven bits a byte, the lowest first.
struct RecordWriter: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    /// Whether there was more to write than there was room for.
    private(set) var isCut = false

    /// - Parameter bytes: outlives the writer.
    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        guard count < bytes.count else {
            isCut = true
            return
        }
        bytes[count] = value
        count &+= 1
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func fixed(_ value: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { byte(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }
}

/// Reads what `RecordWriter` wrote. What can't have been written by it is `isBroken`, and reads as 0.
struct RecordReader: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = 0
    private(set) var isBroken = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func fail() { isBroken = true }

    @inline(__always)
    mutating func byte() -> UInt8 {
        guard place < bytes.count else {
            isBroken = true
            return 0
        }
        defer { place &+= 1 }
        return bytes[place]
    }

    @inline(__always)
    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            guard next & 0x80 != 0 else { return value }
            shift += 7
            guard shift < 64, !isBroken else {
                isBroken = true
                return 0
            }
        }
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
        guard count <= bytes.count - place else {
            isBroken = true
            return []
        }
        defer { place &+= count }
        return ArraySlice(bytes[place..<place + count])
    }

    @inline(__always)
    mutating func fixed() -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: 0, to: 32, by: 8) { value |= UInt32(byte()) << UInt32(shift) }
        return value
    }
}
