/// Writes a record's numbers as LEB128 (DWARF 5, 7.6): seven bits a byte, the lowest first.
struct RecordWriter: ~Copyable {
    private let start: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0
    /// Whether there was more to write than there was room for.
    private(set) var isCut = false

    /// - Parameter bytes: outlives the writer; not empty.
    init(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { preconditionFailure("room to write in") }
        self.start = start
        capacity = bytes.count
    }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Room for some bytes more; nil, and the record cut, if there is none.
    @inline(__always)
    mutating func room(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard bytes <= capacity &- count else {
            isCut = true
            return nil
        }
        defer { count &+= bytes }
        return start + count
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) { room(1)?.storeBytes(of: value, as: UInt8.self) }

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
    mutating func fixed(_ value: UInt32) { room(4)?.storeBytes(of: value.littleEndian, as: UInt32.self) }

    @inline(__always)
    mutating func fixed(_ value: UInt64) { room(8)?.storeBytes(of: value.littleEndian, as: UInt64.self) }

    @inline(__always)
    mutating func fixed(_ value: UInt16) { room(2)?.storeBytes(of: value.littleEndian, as: UInt16.self) }

    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        room(bytes.count)?.copyMemory(from: source, byteCount: bytes.count)
    }
}

/// Reads what `RecordWriter` wrote. What can't have been written by it is `isBroken`, and reads as 0.
struct RecordReader: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = 0
    private(set) var isBroken = false

    /// - Parameter bytes: outlives the reader and what it gives.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    /// What was read from a place on.
    func read(since start: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[start..<place]) }

    mutating func fail() { isBroken = true }

    /// Where the next bytes are; nil, and the record broken, if there are fewer.
    @inline(__always)
    mutating func next(_ count: Int) -> UnsafeRawPointer? {
        guard count <= bytes.count &- place, let start = bytes.baseAddress else {
            isBroken = true
            return nil
        }
        defer { place &+= count }
        return start + place
    }

    @inline(__always)
    mutating func byte() -> UInt8 { next(1)?.load(as: UInt8.self) ?? 0 }

    @inline(__always)
    mutating func varint() -> UInt64 {
        let first = byte()
        return first < 0x80 ? UInt64(first) : longVarint(UInt64(first & 0x7F))
    }

    private mutating func longVarint(_ low: UInt64) -> UInt64 {
        var value = low
        var shift: UInt64 = 7
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

    /// Some bytes as they are; none if there are fewer.
    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        guard let start = next(count) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    @inline(__always)
    mutating func fixed() -> UInt32 { UInt32(littleEndian: next(4)?.loadUnaligned(as: UInt32.self) ?? 0) }

    @inline(__always)
    mutating func fixed() -> UInt64 { UInt64(littleEndian: next(8)?.loadUnaligned(as: UInt64.self) ?? 0) }

    @inline(__always)
    mutating func fixed() -> UInt16 { UInt16(littleEndian: next(2)?.loadUnaligned(as: UInt16.self) ?? 0) }
}
