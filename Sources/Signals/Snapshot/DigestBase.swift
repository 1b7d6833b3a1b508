internal import CHamming

/// Digests of a snapshot, where they stand in its memory: the unchanging part of a `DigestTable`.
///
/// They are in the order of their mixed bits, and a directory says where each value of the highest of those begins. A
/// digest's position is the first one's and its place: nothing else is kept of it here. Whoever has one of these must
/// keep the memory.
///
/// `@unchecked Sendable`: nobody writes that memory.
struct DigestBase<Key: DigestKey>: @unchecked Sendable {
    private let keys: UnsafeRawPointer
    /// 2^bits + 1 places in the keys.
    private let directory: UnsafePointer<UInt32>
    private let bits: UInt64
    /// Position of the first digest's signal.
    private let first: Int32
    let count: Int

    static var keyBytes: Int { MemoryLayout<Key>.size }

    /// Some four keys for each value; at least 256 of them, so that a writer can go through the keys in 256 parts.
    static func bits(for count: Int) -> Int { max(8, Int.bitWidth - max(count / 4, 1).leadingZeroBitCount) }

    /// - Parameter bits: of the directory, as `bits(for:)` gave it when it was made.
    /// - Throws: `SnapshotRefusal` if the directory leads out of the keys.
    init(
        keys: UnsafeRawBufferPointer, directory: UnsafeRawBufferPointer, first: Int32
    ) throws(SnapshotRefusal) {
        let count = keys.count / DigestBase.keyBytes
        let entries = directory.count / MemoryLayout<UInt32>.stride
        let bits = entries > 1 ? (entries - 1).trailingZeroBitCount : 0
        guard let keyStart = keys.baseAddress, let start = directory.baseAddress,
            keys.count == count * DigestBase.keyBytes, directory.count % MemoryLayout<UInt32>.stride == 0,
            (8...32).contains(bits), entries == 1 << bits + 1
        else { throw SnapshotRefusal("digests and their directory don't go together") }
        let places = start.assumingMemoryBound(to: UInt32.self)
        var isRising = true
        for entry in 1..<entries { isRising = isRising && places[entry - 1] <= places[entry] }
        guard isRising, places[entries - 1] == count else {
            throw SnapshotRefusal("a directory leads out of its digests")
        }
        self.keys = keyStart
        self.directory = places
        self.bits = UInt64(bits)
        self.first = first
        self.count = count
    }

    var bytes: Int { count * DigestBase.keyBytes + (1 << Int(bits) + 1) * MemoryLayout<UInt32>.stride }

    @inline(__always)
    subscript(_ key: Key, _ hash: UInt64) -> Int32? {
        let bucket = Int(truncatingIfNeeded: hash >> (64 - bits))
        let end = Int(directory[bucket + 1])
        var place = Int(directory[bucket])
        while place < end {
            if self.key(place) == key { return first + Int32(truncatingIfNeeded: place) }
            place += 1
        }
        return nil
    }

    @inline(__always)
    func key(_ place: Int) -> Key {
        keys.loadUnaligned(fromByteOffset: place * DigestBase.keyBytes, as: Key.self)
    }

    /// Of the 256 parts by the hash's first 8 bits.
    func forEach(in part: Int, _ body: (Key, Int32) -> Void) {
        let places = Int(directory[part << (Int(bits) - 8)])..<Int(directory[(part + 1) << (Int(bits) - 8)])
        for place in places { body(key(place), first + Int32(place)) }
    }
}
