/// A map from byte strings to numbers that is looked up by a range of bytes, without making a `String`.
///
/// Open addressing over one array of slots; keys stand one behind the other. Built once, then only read.
package struct ByteTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var offset: UInt32 = 0
        var count: UInt32 = .max  // .max: free
        var value: Int32 = 0
    }

    private var slots: [Slot]
    private var keys: [UInt8] = []
    private var mask: Int
    package private(set) var count = 0

    /// - Parameter capacity: how many keys will come; the table does not grow.
    package init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        mask = size - 1
    }

    /// Sets the key's value. Keys beyond the capacity are a programming error.
    package mutating func insert(_ key: UnsafeRawBufferPointer, _ value: Int32) {
        let index = slot(for: key)
        if slots[index].count == .max {
            precondition(count < slots.count / 2, "the table was made for fewer keys")
            slots[index] = Slot(offset: UInt32(keys.count), count: UInt32(key.count), value: value)
            keys.append(contentsOf: key)
            count += 1
        } else {
            slots[index].value = value
        }
    }

    package subscript(_ key: UnsafeRawBufferPointer) -> Int32? {
        if count == 0 { return nil }
        let slot = slots[slot(for: key)]
        return slot.count == .max ? nil : slot.value
    }

    /// Where the key is, or would be.
    private func slot(for key: UnsafeRawBufferPointer) -> Int {
        var index = Int(truncatingIfNeeded: ByteTable.hash(key)) & mask
        while slots[index].count != .max {
            let slot = slots[index]
            if Int(slot.count) == key.count {
                let start = Int(slot.offset)
                let same = keys.withUnsafeBytes { $0[start..<start + key.count].elementsEqual(key) }
                if same { return index }
            }
            index = (index + 1) & mask
        }
        return index
    }

    /// Eight bytes at a time, mixed by multiply and shift. Keys come from signal sets, not from uploads, so nobody
    /// outside can choose them to collide; look-ups of long chains can't be provoked either.
    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(key.count)
        var index = 0
        while index + 8 <= key.count {
            hash = mix(hash ^ key.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var tail: UInt64 = 0
        while index < key.count {
            tail = tail << 8 | UInt64(key[index])
            index += 1
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ value >> 32) &* 0xD6E8_FEB8_6659_FD93
        return product ^ product >> 32
    }
}
