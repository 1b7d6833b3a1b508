internal import Glibc

/// Events that were seen within a day, so that one that its producer delivers again counts once.
///
/// The newest `most` of them: 24 bytes each in a ring, and 16 for the index. What is older is forgotten; how many were
/// forgotten too early is for a metric.
struct KnownEvents: ~Copyable {
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
    private var ring: UnsafeMutablePointer<Entry>
    private var ringMask = 1_023
    private var index: KnownEventIndex
    /// Which entries of the index gave way to newer ones of the same hash, in the order of those.
    private var replaced: [(place: UInt64, by: UInt64)] = []
    /// Entries that were forgotten within the day, to make room.
    private(set) var forgotten = 0

    init(most: Int) {
        self.most = most
        ring = KnownEvents.ring(1_024)
        index = KnownEventIndex(2_048)
    }

    deinit { free(ring) }

    private static func ring(_ count: Int) -> UnsafeMutablePointer<Entry> {
        let ring = HugePages.allocate(count * MemoryLayout<Entry>.stride).bindMemory(to: Entry.self, capacity: count)
        ring.initialize(repeating: Entry(hash: 0, offset: 0, time: StateTime(seconds: 0)), count: count)
        return ring
    }

    var count: Int { Int(mark.end - mark.first) }

    subscript(place: UInt64) -> Entry { ring[Int(truncatingIfNeeded: place) & ringMask] }

    /// The event that this one repeats, if it was at most a day before or after.
    func first(_ hash: UInt64, at time: StateTime) -> Entry? {
        guard let slot = index.slot(of: hash, ring) else { return nil }
        let entry = ring[index.place(slot)]
        let (a, b) = (entry.time.seconds, time.seconds)
        return max(a, b) - min(a, b) < KnownEvents.day ? entry : nil
    }

    /// Brings near what is looked up and forgotten soon after; see `KeyedStore.touch`.
    func touch(_ hashes: UnsafeBufferPointer<UInt64>) -> UInt64 {
        var sum: UInt64 = 0
        for hash in hashes { sum &+= index.touch(hash) }
        guard count > most - hashes.count else { return sum }
        for place in mark.first..<min(mark.first + UInt64(hashes.count), mark.end) {
            sum &+= index.touch(self[place].hash)
        }
        return sum
    }

    /// - Parameters:
    ///   - newest: the partition's time.
    ///   - kept: what must stay in the ring, forgotten or not, since it may have to be restored.
    mutating func append(_ entry: Entry, newest: StateTime, keeping kept: UInt64) {
        let kept = min(kept, mark.first)
        if let first = replaced.first, first.place < kept { replaced.removeAll { $0.place < kept } }
        place(entry, keeping: kept)
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
        // Whatever the index lost since comes back: what a newer one of the same hash replaced, and what was forgotten.
        while let last = replaced.last, last.by >= earlier.end {
            if (earlier.first..<earlier.end).contains(last.place) { insertIfNew(last.place) }
            replaced.removeLast()
        }
        for place in (earlier.first..<max(earlier.first, min(mark.first, earlier.end))).reversed() {
            insertIfNew(place)
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
        if mark.end - kept > UInt64(ringMask) { grow(kept) }
        // One of the same hash that is out of its day makes room in the index.
        if let slot = index.slot(of: entry.hash, ring) {
            let distance = (Int(truncatingIfNeeded: mark.end) - index.place(slot)) & ringMask
            replaced.append((place: mark.end - UInt64(distance), by: mark.end))
            index.remove(slot)
        }
        let place = Int(truncatingIfNeeded: mark.end) & ringMask
        ring[place] = entry
        mark.end += 1
        index.insert(entry.hash, place)
    }

    private mutating func insertIfNew(_ place: UInt64) {
        let hash = self[place].hash
        guard index.slot(of: hash, ring) == nil else { return }
        index.insert(hash, Int(truncatingIfNeeded: place) & ringMask)
    }

    /// Takes an entry out of the index, unless another of the same hash has its place there.
    private mutating func forget(_ place: UInt64) {
        let ringPlace = Int(truncatingIfNeeded: place) & ringMask
        guard let slot = index.slot(of: ring[ringPlace].hash, ring), index.place(slot) == ringPlace else { return }
        index.remove(slot)
    }

    /// The same for all that know the same events, wherever they stand.
    var fingerprint: UInt64 {
        (mark.first..<mark.end).reduce(0) { sum, place in
            let entry = self[place]
            return sum &+ (entry.hash ^ UInt64(bitPattern: entry.offset)) &* 0x9E37_79B9_7F4A_7C15
        }
    }

    private mutating func grow(_ kept: UInt64) {
        let (old, oldMask, oldIndex) = (ring, ringMask, index.places)
        ring = KnownEvents.ring((oldMask + 1) * 2)
        ringMask = oldMask * 2 + 1
        for place in kept..<mark.end {
            ring[Int(truncatingIfNeeded: place) & ringMask] = old[Int(truncatingIfNeeded: place) & oldMask]
        }
        index = KnownEventIndex((ringMask + 1) * 2)
        for oldPlace in oldIndex {
            // The last that stood there.
            let place = mark.end - 1 - UInt64((Int(truncatingIfNeeded: mark.end) - 1 - oldPlace) & oldMask)
            index.insert(old[oldPlace].hash, Int(truncatingIfNeeded: place) & ringMask)
        }
        free(old)
    }
}
