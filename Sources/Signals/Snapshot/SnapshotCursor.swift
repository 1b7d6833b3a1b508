/// Reads what `SnapshotOutput` wrote, and never beyond the end. Everything is nil that is not there whole.
package struct SnapshotCursor {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    package var isAtEnd: Bool { place == bytes.count }

    @inline(__always)
    package mutating func byte() -> UInt8? {
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return bytes[place]
    }

    /// Seven bits a byte, the lowest first; all but the last with the high bit set (LEB128).
    @inline(__always)
    package mutating func number() -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(exactly: value) }
        }
        return nil
    }

    @inline(__always)
    package mutating func word() -> Int64? {
        guard bytes.count - place >= 8 else { return nil }
        defer { place += 8 }
        return Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int64.self))
    }

    /// So many bytes, in place.
    @inline(__always)
    package mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, bytes.count - place >= count else { return nil }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }

    /// Bytes with their number in front.
    @inline(__always)
    package mutating func piece() -> UnsafeRawBufferPointer? {
        guard let count = number() else { return nil }
        return bytes(count)
    }

    /// What is no UTF-8 is replaced.
    package mutating func text() -> String? { piece().map { String(decoding: $0, as: UTF8.self) } }

    mutating func texts() -> [String]? {
        guard let count = number(), count <= bytes.count - place else { return nil }
        var texts: [String] = []
        for _ in 0..<count {
            guard let text = text() else { return nil }
            texts.append(text)
        }
        return texts
    }
}

/// Collects what `SnapshotCursor` reads.
package struct SnapshotBytes {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func append(byte: UInt8) { bytes.append(byte) }

    package mutating func append(number: Int) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func append(word: Int64) { append(word) }

    mutating func append(_ value: some FixedWidthInteger & BitwiseCopyable) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ text: String) {
        append(number: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ texts: [String]) {
        append(number: texts.count)
        for text in texts { append(text) }
    }

    mutating func append(contentsOf more: [UInt8]) { bytes.append(contentsOf: more) }
}
