internal import CHamming
package import Events
internal import Glibc

/// Every known PDQ hash within a Hamming distance of one, without a miss.
///
/// A value: a copy shares all memory with what it was copied from and stays as it is while the other is added to, so
/// that look-ups go on beside additions without a lock. Most hashes stand in segments, which have an index and never
/// change. New ones come into short blocks that are compared one by one, until a merge makes segments of them
/// (`mergeDue`).
package struct PDQIndex: Sendable {
    package struct Match: Sendable, Equatable {
        /// The distance, and below it the signal's position: matches stand in the order of these.
        fileprivate let order: UInt64

        /// Position of the signal in its set.
        package var signal: Int32 { Int32(truncatingIfNeeded: order) }
        package var distance: Int { Int(order >> 32) }

        package init(signal: Int32, distance: Int) {
            order = UInt64(UInt32(distance)) << 32 | UInt64(UInt32(signal))
        }
    }

    private(set) var segments: [PDQSegment] = []
    private(set) var recent: [PDQBlock] = []

    package init() {}

    /// All at once, so that nothing is left to be merged.
    ///
    /// - Parameter signals: whose hashes they are, one for each.
    package init(_ hashes: [Digest256], signals: [Int32]) {
        precondition(hashes.count == signals.count)
        let hashes = ContiguousArray(hashes.map { weir_hash256(words: $0.words) })
        let signals = ContiguousArray(signals)
        // What is left over is not worth an index.
        let rest = hashes.count % PDQSegment.capacity
        let indexed = rest < PDQIndex.leastSegment ? hashes.count - rest : hashes.count
        segments = PDQSegment.segments(of: hashes[..<indexed], signals[..<indexed])
        for place in indexed..<hashes.count { append(hashes[place], signals[place]) }
    }

    /// Of what stands in a snapshot.
    ///
    /// - Parameter hashes: those that are in no segment, with their signals' positions.
    init(_ segments: [PDQSegment], _ hashes: some Sequence<(Digest256, Int32)>) {
        self.segments = segments
        for (hash, signal) in hashes { insert(hash, signal) }
    }

    package var count: Int { segments.reduce(0) { $0 + $1.count } + recentCount }

    /// What the hashes and their index take, in bytes; without the signals themselves.
    package var bytes: Int { segments.reduce(0) { $0 + $1.bytes } + recent.reduce(0) { $0 + $1.bytes } }

    package mutating func insert(_ hash: Digest256, _ signal: Int32) {
        append(weir_hash256(words: hash.words), signal)
    }

    /// All within `threshold` bits, nearest first, then by the signal's position.
    package func matches(_ hash: Digest256, threshold: Int) -> [Match] {
        guard threshold >= 0 else { return [] }
        var query = weir_hash256(words: hash.words)
        let threshold = UInt32(min(threshold, 256))
        var found: [Match] = []
        for segment in segments { segment.matches(&query, threshold, &found) }
        for block in recent { block.matches(&query, threshold, &found) }
        if found.count > 1 { found.sort { $0.order < $1.order } }
        return found
    }

    // MARK: Merging

    /// From here on, an index is faster than comparing with each.
    static let leastSegment = 4_096

    /// Segments that are to become one with what is new. Made beside look-ups and additions, then put in their place.
    package struct Merge: Sendable {
        fileprivate let segments: [PDQSegment]
        fileprivate let recent: [PDQBlock]

        /// The new segments; takes some tenths of a second for a million hashes.
        ///
        /// - Parameter keep: by the signal's position, whether it is still wanted.
        package func run(keep: (Int32) -> Bool = { _ in true }) -> Merged {
            var hashes: ContiguousArray<weir_hash256> = []
            var signals: ContiguousArray<Int32> = []
            let most = segments.reduce(0) { $0 + $1.count } + recent.reduce(0) { $0 + $1.count }
            hashes.reserveCapacity(most)
            signals.reserveCapacity(most)
            func add(_ hash: weir_hash256, _ signal: Int32) {
                guard keep(signal) else { return }
                hashes.append(hash)
                signals.append(signal)
            }
            for segment in segments { segment.forEach(add) }
            for block in recent { block.forEach(add) }
            return Merged(merge: self, segments: PDQSegment.segments(of: hashes[...], signals[...]))
        }
    }

    package struct Merged: Sendable {
        fileprivate let merge: Merge
        fileprivate let segments: [PDQSegment]
    }

    /// What to merge now, if enough is new: that, and each segment that is not much larger. So there are few segments,
    /// and a hash is moved a few times only (a log-structured merge with a factor of 4).
    package var mergeDue: Merge? {
        guard recentCount >= PDQIndex.leastSegment else { return nil }
        var total = recentCount
        var chosen: [PDQSegment] = []
        for segment in segments.sorted(by: { $0.count < $1.count }) {
            guard segment.count < PDQSegment.capacity, segment.count < 4 * total else { break }
            chosen.append(segment)
            total += segment.count
        }
        return Merge(segments: chosen, recent: recent)
    }

    /// Everything, for when much of it is not wanted any more.
    package var wholeMerge: Merge { Merge(segments: segments, recent: recent) }

    /// Puts what a merge of this index made in the place of what it was made of. What was added since stays.
    package mutating func replace(by merged: Merged) {
        let merge = merged.merge
        segments.removeAll { segment in merge.segments.contains { $0 === segment } }
        segments += merged.segments
        guard !merge.recent.isEmpty else { return }
        // All blocks but the last were full; the last may have grown since.
        var later = recent.dropFirst(merge.recent.count - 1)
        later[later.startIndex] = later[later.startIndex].dropFirst(merge.recent[merge.recent.count - 1].count)
        recent = later.filter { $0.count > 0 }
    }

    /// The same hashes in segments, and at last those that are too few for one.
    var parts: (segments: [PDQSegment], recent: [(weir_hash256, Int32)]) {
        var rest: [(weir_hash256, Int32)] = []
        for block in recent { block.forEach { rest.append(($0, $1)) } }
        guard rest.count >= PDQIndex.leastSegment else { return (segments, rest) }
        let hashes = ContiguousArray(rest.map(\.0)), signals = ContiguousArray(rest.map(\.1))
        return (segments + PDQSegment.segments(of: hashes[...], signals[...]), [])
    }

    private var recentCount: Int { recent.reduce(0) { $0 + $1.count } }

    private mutating func append(_ hash: weir_hash256, _ signal: Int32) {
        if recent.last?.isFull ?? true { recent.append(PDQBlock()) }
        recent[recent.count - 1].append(hash, signal)
    }
}
