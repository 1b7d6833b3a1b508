internal import CHamming

/// A part of a `DigestTable`.
struct DigestShard<Key: DigestKey>: Sendable {
    /// For each slot 0 if it is free, else 128 and 7 bits of the hash. The first seven stand at the end once more, so
    /// that eight can be read from each place.
    private var tags: ContiguousArray<UInt8> = []
    /// For each slot the key and then the value: what is found is in one place, without a gap.
    private var entries: ContiguousArray<UInt32> = []
    private var capacity = 0
    private var count = 0

    private static var group: Int { 8 }
    private static var keyWords: Int { MemoryLayout<Key>.size / MemoryLayout<UInt32>.size }
    private static var entryWords: Int { keyWords + 1 }

    var bytes: Int {
        let headers = 2 * 32
        return capacity == 0 ? 0 : headers + tags.count + entries.count * MemoryLayout<UInt32>.stride
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: hash) | 0x80 }

    /// Where the key's slots begin: by 32 bits that choose neither tag, shard nor node.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash >> 7 & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: capacity)) >> 32)
    }

    @inline(__always)
    private func key(_ slot: Int) -> Key {
        entries.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: slot * DigestShard.entryWords * MemoryLayout<UInt32>.stride, as: Key.self)
        }
    }

    @inline(__always)
    private func value(_ slot: Int) -> Int32 {
        Int32(bitPattern: entries[slot * DigestShard.entryWords + DigestShard.keyWords])
    }

    subscript(_ key: Key, _ hash: UInt64) -> Int32? { slot(key, hash).map(value) }

    @inline(__always)
    private func slot(_ key: Key, _ hash: UInt64) -> Int? {
        guard count > 0 else { return nil }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let wanted = ones &* UInt64(DigestShard.tag(hash))
        var place = home(hash)
        // Most of the time goes into waiting for memory: for the tags, and then for the key. So both are sent for at once.
        entries.withUnsafeBytes { entries in
            let start = place * DigestShard.entryWords * MemoryLayout<UInt32>.stride
            weir_prefetch(entries.baseAddress.map { $0 + start })
            weir_prefetch(entries.baseAddress.map { $0 + start + 64 })
        }
        while true {
            let group = tags.withUnsafeBytes {
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            // Each byte that is the wanted one has its high bit set, and perhaps one after it.
            let differing = group ^ wanted
            var alike = (differing &- ones) & ~differing & highs
            while alike != 0 {
                let slot = wrapped(place + alike.trailingZeroBitCount / 8)
                if self.key(slot) == key { return slot }
                alike &= alike - 1
            }
            if ~group & highs != 0 { return nil }
            place = wrapped(place + DigestShard.group)
        }
    }

    @inline(__always)
    private func wrapped(_ place: Int) -> Int { place < capacity ? place : place - capacity }

    mutating func insert(_ key: Key, _ hash: UInt64, _ value: Int32) -> Bool {
        if let found = slot(key, hash) {
            set(found, key, value)
            return false
        }
        // An eighth stays free, or a key that is not there would be looked for in many places.
        if (count + 1) * 8 > capacity * 7 { grow() }
        put(key, hash, value)
        return true
    }

    private mutating func put(_ key: Key, _ hash: UInt64, _ value: Int32) {
        var place = home(hash)
        while tags[place] != 0 { place = wrapped(place + 1) }
        setTag(place, DigestShard.tag(hash))
        set(place, key, value)
        count += 1
    }

    private mutating func set(_ place: Int, _ key: Key, _ value: Int32) {
        let start = place * DigestShard.entryWords
        entries.withUnsafeMutableBytes {
            $0.storeBytes(of: key, toByteOffset: start * MemoryLayout<UInt32>.stride, as: Key.self)
        }
        entries[start + DigestShard.keyWords] = UInt32(bitPattern: value)
    }

    private mutating func setTag(_ place: Int, _ tag: UInt8) {
        tags[place] = tag
        if place < DigestShard.group - 1 { tags[capacity + place] = tag }
    }

    /// By a fifth only: what is free is memory that nothing stands in.
    private mutating func grow() {
        let old = self
        capacity = max(16, capacity + capacity / 5)
        tags = ContiguousArray(repeating: 0, count: capacity + DigestShard.group - 1)
        entries = ContiguousArray(repeating: 0, count: capacity * DigestShard.entryWords)
        count = 0
        old.forEach { key, value in put(key, key.mixed, value) }
    }

    /// Moves up what stands behind, so that no slot has to be marked as once taken (Knuth, TAOCP 3, 6.4, algorithm R).
    mutating func remove(_ key: Key, _ hash: UInt64) {
        guard var hole = slot(key, hash) else { return }
        var place = hole
        count -= 1
        while true {
            place = wrapped(place + 1)
            if tags[place] == 0 { break }
            let home = home(self.key(place).mixed)
            // What begins behind the hole, up to its own place, must stay behind it.
            let stays = hole <= place ? home > hole && home <= place : home > hole || home <= place
            if stays { continue }
            setTag(hole, tags[place])
            set(hole, self.key(place), value(place))
            hole = place
        }
        setTag(hole, 0)
    }

    func forEach(_ body: (Key, Int32) -> Void) {
        for place in 0..<capacity where tags[place] != 0 { body(key(place), value(place)) }
    }
}
