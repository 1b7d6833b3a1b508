/// Events that were seen within a day, so that one that its producer delivers again counts once.
///
/// The newest `most` of them: 20 bytes each, and as many for the index. What is older is forgotten; how many were
/// forgotten too early is for a metric.
struct KnownEvents {
    struct Entry: BitwiseCopyable, Equatable {
        /// Of source, id and account, by the deployment's key.
        var hash: UInt64
        /// Of the record in its partition.
        var offset: Int64
        var time: StateTime
    }

    /// Places in the order of arrival, counted from the partition's beginning.
    struct Mark: Equatable {
        var first: UInt64
        var end: UInt64
    }

    static let day: UInt32 = 86_400

    let most: Int
    private(set) var mark = Mark(first: 0, end: 0)
    private var ring: [Entry]
    /// Places in the ring plus one, by hash; 0 is free.
    private var index: [UInt32]
    /// Entries that were forgotten within the day, to make room.
    private(set) var forgotten = 0

    init(most: Int) {
        self.most = most
        ring = Array(repeating: Entry(hash: 0, offset: 0, time: StateTime(seconds: 0)), count: 1_024)
        index = Array(repeating: 0, count: 2_048)
    }

    var count: Int { Int(mark.end - mark.first) }

    subscript(place: UInt64) -> Entry { ring[Int(place & UInt64(ring.count - 1))] }

    /// The event that this one repeats, if it was at most a day before or after.
    func first(_ hash: UInt64, at time: StateTime) -> Entry? {
        var slot = home(hash)
        while index[slot] != 0 {
            let entry = ring[Int(index[slot]) - 1]
            if entry.hash == hash {
                let (a, b) = (entry.time.seconds, time.seconds)
                return max(a, b) - min(a, b) < KnownEvents.day ? entry : nil
            }
            slot = (slot + 1) & (index.count - 1)
        }
        return nil
    }

    /// - Parameters:
    ///   - newest: the partition's time.
    ///   - kept: what must stay in the ring, forgotten or not, since it may have to be restored.
    mutating func append(_ entry: Entry, newest: StateTime, keeping kept: UInt64) {
        place(entry, keeping: min(kept, mark.first))
        while mark.first < mark.end {
            let oldest = self[mark.first]
            let isOld = newest.seconds - min(oldest.time.seconds, newest.seconds) >= KnownEvents.day
            guard isOld || count > most else { break }
            if !isOld { forgotten += 1 }
            forget(mark.first)
            mark.first += 1
        }
    }

    /// Goes back to where it stood at a mark that `append` was told to keep.
    mutating func restore(_ earlier: Mark) {
        while mark.end > earlier.end {
            mark.end -= 1
            forget(mark.end)
        }
        // Whatever the index lost since comes back: what was forgotten, and what a newer one of the same hash replaced.
        for place in (earlier.first..<earlier.end).reversed() where slot(of: self[place].hash) == nil {
            insert(self[place].hash, Int(place & UInt64(ring.count - 1)))
        }
        mark.first = earlier.first
    }

    /// Begins anew, with nothing known, as if `first` events had been before.
    mutating func begin(at first: UInt64) {
        self = KnownEvents(most: most)
        mark = Mark(first: first, end: first)
    }

    /// Appends without forgetting.
    ///
    /// - Parameter kept: from where on nothing of the ring may be written over.
    mutating func place(_ entry: Entry, keeping kept: UInt64) {
        // One of the same hash that is out of its day makes room in the index.
        if let slot = slot(of: entry.hash) { removeFromIndex(slot) }
        if mark.end - kept >= UInt64(ring.count) { grow(kept) }
        let place = Int(mark.end & UInt64(ring.count - 1))
        ring[place] = entry
        mark.end += 1
        insert(entry.hash, place)
    }

    // MARK: Index

    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (index.count - 1) }

    private func slot(of hash: UInt64) -> Int? {
        var slot = home(hash)
        while index[slot] != 0 {
            if ring[Int(index[slot]) - 1].hash == hash { return slot }
            slot = (slot + 1) & (index.count - 1)
        }
        return nil
    }

    private mutating func insert(_ hash: UInt64, _ place: Int) {
        var slot = home(hash)
        while index[slot] != 0 { slot = (slot + 1) & (index.count - 1) }
        index[slot] = UInt32(place + 1)
    }

    /// Takes an entry out of the index, unless another of the same hash has its place there.
    private mutating func forget(_ place: UInt64) {
        let ringPlace = Int(place & UInt64(ring.count - 1))
        guard let slot = slot(of: ring[ringPlace].hash), Int(index[slot]) - 1 == ringPlace else { return }
        removeFromIndex(slot)
    }

    private mutating func removeFromIndex(_ slot: Int) {
        let mask = index.count - 1
        var gap = slot
        var next = (gap + 1) & mask
        while index[next] != 0 {
            let home = home(ring[Int(index[next]) - 1].hash)
            if (next - home) & mask >= (next - gap) & mask {
                index[gap] = index[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        index[gap] = 0
    }

    private mutating func grow(_ kept: UInt64) {
        let old = ring
        ring = old + old
        for place in kept..<mark.end {
            ring[Int(place & UInt64(ring.count - 1))] = old[Int(place & UInt64(old.count - 1))]
        }
        let indexed = index.filter { $0 != 0 }.map { old[Int($0) - 1].hash }
        index = Array(repeating: 0, count: ring.count * 2)
        let known = Set(indexed)
        // The newest of those with the same hash is the one that was indexed.
        var done: Set<UInt64> = []
        for place in (mark.first..<mark.end).reversed() {
            let hash = self[place].hash
            if known.contains(hash), done.insert(hash).inserted { insert(hash, Int(place & UInt64(ring.count - 1))) }
        }
    }
}
