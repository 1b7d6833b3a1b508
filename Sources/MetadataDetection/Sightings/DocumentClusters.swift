internal import Events

/// Which texts are near one another: each belongs to the known one whose hashes have the most of its own among them, and
/// `least` at least; of equal ones to that with the lowest key.
///
/// A hash that more than `crowd` known texts have is a formula and says nothing. So no look-up compares more than a few
/// hundred texts, and what is near follows from which texts are known and from nothing else: not from the order in which
/// they came, nor from that of a table. It can be made anew of a store at any time.
struct DocumentClusters {
    static let least = 4
    static let crowd = 64

    /// A hash and the key of a text that has it; a free slot has the hash 0.
    private struct Slot: BitwiseCopyable {
        var hash: UInt32 = 0
        var low: UInt32 = 0
        var high: UInt32 = 0

        init() {}

        init(_ hash: UInt32, _ key: KeyedStore.Key) {
            (self.hash, low, high) = (hash, UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
        }

        var key: KeyedStore.Key { KeyedStore.Key(high) << 32 | KeyedStore.Key(low) }
    }

    /// Open addressing with linear probing, as the store's; each hash up to `crowd` times.
    private var slots = ContiguousArray<Slot>(repeating: Slot(), count: 1_024)
    private var taken = 0
    /// Those that have a hash of more.
    private var crowds: [UInt32: Set<KeyedStore.Key>] = [:]
    private var found: ContiguousArray<KeyedStore.Key> = []

    /// Memory, about.
    var bytes: Int {
        slots.count * MemoryLayout<Slot>.stride + crowds.count * 16 * DocumentClusters.crowd
    }

    /// The known text that is nearest; nil if none is near. One with the same sketch need not be looked for: its key is
    /// the same.
    mutating func nearest(to sketch: Digest256) -> KeyedStore.Key? {
        found.removeAll(keepingCapacity: true)
        for hash in DocumentSketch.entries(sketch) {
            var place = home(hash)
            while slots[place].hash != 0 {
                if slots[place].hash == hash { found.append(slots[place].key) }
                place = (place + 1) & (slots.count - 1)
            }
        }
        guard found.count >= DocumentClusters.least else { return nil }
        found.sort()
        var best: KeyedStore.Key?
        var most = DocumentClusters.least - 1
        var start = 0
        while start < found.count {
            var end = start + 1
            while end < found.count, found[end] == found[start] { end += 1 }
            if end - start > most { (best, most) = (found[start], end - start) }
            start = end
        }
        return best
    }

    /// - Parameters:
    ///   - key: not known yet to have them.
    ///   - hashes: each once.
    mutating func insert(_ key: KeyedStore.Key, _ hashes: [UInt32]) {
        for hash in hashes {
            if crowds[hash]?.insert(key) != nil { continue }
            var keys: Set<KeyedStore.Key> = []
            var place = home(hash)
            var count = 0
            while slots[place].hash != 0 {
                count += slots[place].hash == hash ? 1 : 0
                place = (place + 1) & (slots.count - 1)
            }
            guard count == DocumentClusters.crowd else {
                put(Slot(hash, key))
                continue
            }
            while let one = take(hash, nil) { keys.insert(one) }
            keys.insert(key)
            crowds[hash] = keys
        }
    }

    mutating func remove(_ key: KeyedStore.Key, _ hashes: [UInt32]) {
        for hash in hashes {
            guard crowds[hash] != nil else {
                _ = take(hash, key)
                continue
            }
            crowds[hash]?.remove(key)
            guard let rest = crowds[hash], rest.count <= DocumentClusters.crowd else { continue }
            crowds[hash] = nil
            // In any order: who looks them up sorts them.
            for one in rest { put(Slot(hash, one)) }
        }
    }

    /// Hashes are keyed, so their bits can be taken as they are; but those of sketches are low.
    @inline(__always)
    private func home(_ hash: UInt32) -> Int { Int((hash &* 0x9E37_79B1) >> 7) & (slots.count - 1) }

    private mutating func put(_ slot: Slot) {
        if (taken + 1) * 4 > slots.count * 3 { grow() }
        var place = home(slot.hash)
        while slots[place].hash != 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
        taken += 1
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: Slot(), count: old.count * 2)
        taken = 0
        for slot in old where slot.hash != 0 { put(slot) }
    }

    /// Takes a hash of a text out; of any if `key` is nil. What stands behind moves up, unless it would come before its own
    /// place.
    private mutating func take(_ hash: UInt32, _ key: KeyedStore.Key?) -> KeyedStore.Key? {
        let mask = slots.count - 1
        var gap = home(hash)
        while slots[gap].hash != 0, slots[gap].hash != hash || key.map({ $0 != slots[gap].key }) ?? false {
            gap = (gap + 1) & mask
        }
        guard slots[gap].hash != 0 else { return nil }
        let taken = slots[gap].key
        self.taken -= 1
        var next = (gap + 1) & mask
        while slots[next].hash != 0 {
            if (next - home(slots[next].hash)) & mask >= (next - gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = Slot()
        return taken
    }
}
