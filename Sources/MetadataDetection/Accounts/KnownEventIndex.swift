internal import Glibc

/// Where in the ring of `KnownEvents` the entry of a hash is: linear probing, half full at most. Half of the hash
/// stands beside each place, so that the ring is read only where it has what is looked for.
struct KnownEventIndex: ~Copyable {
    private struct Slot: BitwiseCopyable {
        var tag: UInt32 = 0
        /// Plus one; 0 is free.
        var place: UInt32 = 0
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// - Parameter size: a power of two.
    init(_ size: Int) {
        let memory = HugePages.allocate(size * MemoryLayout<Slot>.stride)
        slots = memory.bindMemory(to: Slot.self, capacity: size)
        slots.initialize(repeating: Slot(), count: size)
        mask = size - 1
    }

    deinit { free(slots) }

    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    /// By the tag alone, so that removal needs no look at the ring.
    @inline(__always)
    private func home(_ tag: UInt32) -> Int { Int(tag) & mask }

    /// In no order that means anything.
    var places: [Int] { (0...mask).compactMap { slots[$0].place == 0 ? nil : Int(slots[$0].place) - 1 } }

    func place(_ slot: Int) -> Int { Int(slots[slot].place) - 1 }

    func touch(_ hash: UInt64) -> UInt64 { UInt64(slots[home(tag(hash))].place) }

    func slot(of hash: UInt64, _ ring: UnsafePointer<KnownEvents.Entry>) -> Int? {
        let tag = tag(hash)
        var slot = home(tag)
        while slots[slot].place != 0 {
            if slots[slot].tag == tag, ring[place(slot)].hash == hash { return slot }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// - Parameter hash: one that it doesn't have.
    mutating func insert(_ hash: UInt64, _ place: Int) {
        let tag = tag(hash)
        var slot = home(tag)
        while slots[slot].place != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = Slot(tag: tag, place: UInt32(place + 1))
    }

    /// What stands behind moves up, unless it would come before its own place.
    mutating func remove(_ slot: Int) {
        var gap = slot
        var next = (gap &+ 1) & mask
        while slots[next].place != 0 {
            if (next &- home(slots[next].tag)) & mask >= (next &- gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        slots[gap] = Slot()
    }
}
