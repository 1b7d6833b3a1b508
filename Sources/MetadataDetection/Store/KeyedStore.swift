internal import Glibc

/// Records by key: what the fold over one partition remembers.
///
/// A record is the bytes that the changelog has of it, so that to write, to restore and to compare one is to copy it.
/// Open addressing with linear probing (Knuth, TAOCP 3, 6.4); removal closes the gap, so that no marks are left.
/// Neither the order of keys nor anything else depends on how the store came about, but for the memory it takes.
///
/// For one task at a time.
struct KeyedStore: ~Copyable {
    /// 64 bits of a keyed hash; 0 is none.
    typealias Key = UInt64

    private struct Slot: BitwiseCopyable {
        var key: Key = 0
        var block: UInt32 = 0
        var count: UInt16 = 0
        /// See `RecordAge`.
        var age: RecordAge = RecordAge(0)
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    private var arena = BlockArena()
    private(set) var count = 0
    /// Of all records, without what the store takes for itself.
    private(set) var recordBytes = 0
    /// See `KeyedStore+Walk.swift`.
    var walk = StoreWalk()

    init(capacity: Int = 1_024) {
        let size = KeyedStore.size(for: capacity)
        slots = KeyedStore.freeSlots(size)
        mask = size - 1
    }

    deinit { free(slots) }

    private static func freeSlots(_ size: Int) -> UnsafeMutablePointer<Slot> {
        let memory = HugePages.allocate(size * MemoryLayout<Slot>.stride)
        let slots = memory.bindMemory(to: Slot.self, capacity: size)
        slots.initialize(repeating: Slot(), count: size)
        return slots
    }

    /// Memory, in bytes.
    var bytes: Int { (mask + 1) * MemoryLayout<Slot>.stride + arena.bytes }

    private static func size(for count: Int) -> Int {
        var size = 1_024
        while size * 3 < count * 4 { size *= 2 }
        return size
    }

    /// The slot of a key, or the free one where it would go.
    @inline(__always)
    private func find(_ key: Key) -> Int {
        var place = home(key)
        while slots[place].key != key, slots[place].key != 0 { place = (place &+ 1) & mask }
        return place
    }

    /// Keys are hashes, so their bits can be taken as they are.
    @inline(__always)
    private func home(_ key: Key) -> Int { Int(truncatingIfNeeded: key) & mask }

    /// A record's bytes until the store is changed; nil if there is none.
    subscript(key: Key) -> UnsafeRawBufferPointer? {
        let slot = slots[find(key)]
        guard slot.key != 0 else { return nil }
        return UnsafeRawBufferPointer(start: arena[slot.block], count: Int(slot.count))
    }

    func age(of key: Key) -> RecordAge? {
        let slot = slots[find(key)]
        return slot.key == 0 ? nil : slot.age
    }

    /// Brings near what is looked up soon after. The keys don't depend on one another, so the processor waits for the
    /// memory of many of them at once, which it can't when they are looked up one by one.
    ///
    /// - Returns: a number without a meaning; somebody must have it, or nothing would be read.
    func touch(_ keys: UnsafeBufferPointer<Key>) -> UInt64 {
        var sum: UInt64 = 0
        for key in keys { sum &+= slots[home(key)].key }
        for key in keys {
            let slot = slots[find(key)]
            guard slot.key != 0 else { continue }
            let block = arena[slot.block]
            var place = 0
            while place < Int(slot.count) {
                sum &+= UInt64(block.load(fromByteOffset: place, as: UInt8.self))
                place &+= 64
            }
        }
        return sum
    }

    /// - Parameters:
    ///   - record: at most `BlockArena.longest` bytes; not of this store.
    mutating func set(_ key: Key, _ record: UnsafeRawBufferPointer, age: RecordAge) {
        precondition(key != 0, "0 is no key")
        var place = find(key)
        if slots[place].key == 0 {
            if (count + 1) * 4 > (mask + 1) * 3 {
                grow()
                place = find(key)
            }
            slots[place] = Slot(key: key, block: arena.allocate(record.count), count: 0, age: age)
            count += 1
        } else if BlockArena.units(Int(slots[place].count)) != BlockArena.units(record.count) {
            arena.release(slots[place].block, Int(slots[place].count))
            slots[place].block = arena.allocate(record.count)
        }
        recordBytes += record.count - Int(slots[place].count)
        slots[place].count = UInt16(record.count)
        slots[place].age = age
        UnsafeMutableRawBufferPointer(start: arena[slots[place].block], count: record.count).copyMemory(from: record)
    }

    mutating func remove(_ key: Key) {
        var gap = find(key)
        guard slots[gap].key != 0 else { return }
        arena.release(slots[gap].block, Int(slots[gap].count))
        recordBytes -= Int(slots[gap].count)
        count -= 1
        // What stands behind moves up, unless it would come before its own place.
        var next = (gap + 1) & mask
        while slots[next].key != 0 {
            let distance = (next - home(slots[next].key)) & mask
            if distance >= (next - gap) & mask {
                slots[gap] = slots[next]
                if next >= walk.next, gap < walk.next { walk.missed.append(slots[gap].key) }
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = Slot()
    }

    private mutating func grow() {
        let (old, oldSize) = (slots, mask + 1)
        if walk.next > 0 { walk.isBroken = true }
        slots = KeyedStore.freeSlots(oldSize * 2)
        mask = oldSize * 2 - 1
        for place in 0..<oldSize where old[place].key != 0 { slots[find(old[place].key)] = old[place] }
        free(old)
    }

    /// What stands in some slots.
    ///
    /// - Returns: where the next slots begin; nil if there are none.
    func forEach(
        from start: Int, count: Int, _ body: (Key, UnsafeRawBufferPointer) -> Void
    ) -> Int? {
        let end = min(start + count, mask + 1)
        for place in start..<max(start, end) where slots[place].key != 0 {
            let slot = slots[place]
            body(slot.key, UnsafeRawBufferPointer(start: arena[slot.block], count: Int(slot.count)))
        }
        return end > mask ? nil : end
    }

    /// In no order that means anything.
    func forEach(_ body: (Key, UnsafeRawBufferPointer, RecordAge) -> Void) {
        for place in 0...mask where slots[place].key != 0 {
            let slot = slots[place]
            body(slot.key, UnsafeRawBufferPointer(start: arena[slot.block], count: Int(slot.count)), slot.age)
        }
    }

    /// The same for all stores with the same records, however they came about.
    var fingerprint: UInt64 {
        var sum: UInt64 = 0
        forEach { key, record, _ in
            var hash = key &* 0x9E37_79B9_7F4A_7C15
            for byte in record { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash ^= hash >> 29
            sum &+= hash &* 0xBF58_476D_1CE4_E5B9
        }
        return sum
    }
}

/// When a record was last of use, in units of four hours since 2020: by which the oldest are found without a look at
/// them. A matter of the record's own content.
struct RecordAge: Equatable, Comparable, BitwiseCopyable {
    let period: UInt16

    init(_ period: UInt16) { self.period = period }

    static func < (a: Self, b: Self) -> Bool { a.period < b.period }
}
