package import Events

/// A digest as a key of a table.
package protocol DigestKey: Equatable, BitwiseCopyable, Sendable {
    init()
    /// nil unless it is exactly as many hexadecimal digits as the digest has.
    init?(hex: UnsafeRawBufferPointer)
    /// 64 bits in which all of the digest's have a part.
    var mixed: UInt64 { get }
}

/// A map from digests to signals' positions.
///
/// A value: a copy shares all memory with what it was copied from, and the first change after that copies some ten
/// kilobytes, however large the table is. So look-ups go on beside changes without a lock.
///
/// 256 nodes by the hash's first 8 bits, each with as many shards as it needs for at most 256 keys in each on average. A
/// shard is a table with open addressing whose slots have a byte each of the hash in front (as in Google's Swiss tables),
/// so that a key that is not there costs one look at eight of those bytes.
///
/// Below that may lie the digests of a snapshot, which never change: what is said above counts instead.
package struct DigestTable<Key: DigestKey>: Sendable {
    private var nodes = ContiguousArray(repeating: DigestNode<Key>(), count: parts)
    private let base: DigestBase<Key>?
    /// Keeps the base's memory.
    private let memory: SnapshotMemory?
    package private(set) var count = 0

    /// By a hash's first 8 bits.
    static var parts: Int { 256 }

    /// Stands above a key of the base that has been removed.
    private static var removed: Int32 { -1 }

    package init() {
        base = nil
        memory = nil
    }

    init(base: DigestBase<Key>?, in memory: SnapshotMemory) {
        self.base = base
        self.memory = memory
        count = base?.count ?? 0
    }

    package var isEmpty: Bool { count == 0 }

    /// What it takes, in bytes.
    package var bytes: Int {
        nodes.reduce(nodes.count * MemoryLayout<DigestNode<Key>>.stride) { $0 + $1.bytes } + (base?.bytes ?? 0)
    }

    package subscript(_ key: Key) -> Int32? {
        let hash = key.mixed
        guard let base else { return nodes[Int(hash >> 56)][key, hash] }
        guard let changed = nodes[Int(hash >> 56)][key, hash] else { return base[key, hash] }
        return changed == DigestTable.removed ? nil : changed
    }

    /// Sets the key's value, which is not negative.
    package mutating func insert(_ key: Key, _ value: Int32) {
        let hash = key.mixed
        let isNew = base != nil && self[key] == nil
        let isNewNode = nodes[Int(hash >> 56)].insert(key, hash, value)
        if base == nil ? isNewNode : isNew { count += 1 }
    }

    /// Returns whether the key was there.
    @discardableResult
    package mutating func remove(_ key: Key) -> Bool {
        let hash = key.mixed
        guard self[key] != nil else { return false }
        if let base, base[key, hash] != nil {
            _ = nodes[Int(hash >> 56)].insert(key, hash, DigestTable.removed)
        } else {
            nodes[Int(hash >> 56)].remove(key, hash)
        }
        count -= 1
        return true
    }

    /// All of one of the `parts`, in no order.
    func forEach(in part: Int, _ body: (Key, Int32) -> Void) {
        let node = nodes[part]
        base?.forEach(in: part) { key, value in
            if node[key, key.mixed] == nil { body(key, value) }
        }
        node.forEach { key, value in
            if value != DigestTable.removed { body(key, value) }
        }
    }
}

private struct DigestNode<Key: DigestKey>: Sendable {
    /// A power of two of them; empty until there is a key.
    private var shards: ContiguousArray<DigestShard<Key>> = []
    private var count = 0

    private static var keysPerShard: Int { 256 }

    var bytes: Int { shards.reduce(shards.count * MemoryLayout<DigestShard<Key>>.stride) { $0 + $1.bytes } }

    @inline(__always)
    private func shard(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 40) & (shards.count - 1) }

    subscript(_ key: Key, _ hash: UInt64) -> Int32? {
        shards.isEmpty ? nil : shards[shard(hash)][key, hash]
    }

    mutating func insert(_ key: Key, _ hash: UInt64, _ value: Int32) -> Bool {
        if count >= shards.count * DigestNode.keysPerShard { split() }
        let isNew = shards[shard(hash)].insert(key, hash, value)
        if isNew { count += 1 }
        return isNew
    }

    mutating func remove(_ key: Key, _ hash: UInt64) {
        shards[shard(hash)].remove(key, hash)
        count -= 1
    }

    func forEach(_ body: (Key, Int32) -> Void) {
        for shard in shards { shard.forEach(body) }
    }

    private mutating func split() {
        let old = shards
        shards = ContiguousArray(repeating: DigestShard(), count: max(1, old.count * 2))
        for shard in old {
            shard.forEach { key, value in
                let hash = key.mixed
                _ = shards[self.shard(hash)].insert(key, hash, value)
            }
        }
    }
}

extension DigestKey {
    /// Digests are random as they are, unless somebody made them up.
    @inline(__always)
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = (a ^ b &* 0x9E37_79B9_7F4A_7C15 ^ (a >> 29)) &* 0xD6E8_FEB8_6659_FD93
        return product ^ product >> 32
    }
}

extension Digest256: DigestKey {
    package var mixed: UInt64 { Digest256.mix(Digest256.mix(words.0, words.1), Digest256.mix(words.2, words.3)) }
}

extension Digest160: DigestKey {
    package var mixed: UInt64 {
        let (a, b, c, d, e) = words
        return Digest160.mix(
            Digest160.mix(UInt64(a) << 32 | UInt64(b), UInt64(c) << 32 | UInt64(d)), UInt64(e))
    }
}

extension Digest128: DigestKey {
    package var mixed: UInt64 { Digest128.mix(words.0, words.1) }
}
