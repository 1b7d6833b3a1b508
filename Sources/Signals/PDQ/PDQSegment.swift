internal import CHamming
internal import Glibc

/// Up to 2^20 hashes with an index over them (`weir_segment`), and whose signal each is.
///
/// `@unchecked Sendable`: the memory belongs to this object alone, is written in `init` only, and freed when nobody has
/// the object any more. Or it is a part of a snapshot's, which nobody writes and this object keeps.
final class PDQSegment: @unchecked Sendable {
    static let capacity = weir_segment_capacity

    let count: Int
    /// Of the one piece of memory that holds it all.
    let bytes: Int
    private let memory: Memory
    private let index: weir_segment
    private let signals: Signals

    private enum Memory {
        case own(UnsafeMutableRawPointer)
        case snapshot(SnapshotMemory)
    }

    /// Whose hashes they are.
    private enum Signals {
        case listed(UnsafePointer<Int32>)
        /// As they stand, from this position on.
        case from(Int32)
    }

    /// As few as hold them all.
    static func segments(of hashes: ArrayPart<weir_hash256>, _ signals: ArrayPart<Int32>) -> [PDQSegment] {
        stride(from: 0, to: hashes.count, by: capacity).map { start in
            let places = start..<min(start + capacity, hashes.count)
            return hashes.withUnsafeBufferPointer { hashes in
                signals.withUnsafeBufferPointer { signals in
                    PDQSegment(
                        UnsafeBufferPointer(rebasing: hashes[places]), UnsafeBufferPointer(rebasing: signals[places]))
                }
            }
        }
    }

    typealias ArrayPart<Element> = ContiguousArray<Element>.SubSequence

    /// Where the parts of its memory begin. Hashes come first: each is then within one cache line.
    private struct Layout {
        let shift: Int
        let directory: Int
        let postings: Int
        /// Of all that look-ups read, padding included.
        let end: Int

        init(_ count: Int) {
            shift = PDQSegment.shift(for: count)
            let chunks = weir_segment_chunks
            let number = MemoryLayout<UInt32>.stride
            directory = count * MemoryLayout<weir_hash256>.stride
            postings = directory + chunks * (1 << (16 - shift) + 1) * number
            end = postings + (chunks * count + weir_segment_padding) * number
        }

        func index(at start: UnsafeRawPointer, _ count: Int) -> weir_segment {
            weir_segment(
                hashes: start.assumingMemoryBound(to: weir_hash256.self),
                directory: (start + directory).assumingMemoryBound(to: UInt32.self),
                postings: (start + postings).assumingMemoryBound(to: UInt32.self), count: UInt32(count),
                shift: UInt32(shift))
        }
    }

    private init(_ hashes: UnsafeBufferPointer<weir_hash256>, _ signals: UnsafeBufferPointer<Int32>) {
        precondition(hashes.count == signals.count && (1...PDQSegment.capacity).contains(hashes.count))
        count = hashes.count
        let layout = Layout(count)
        bytes = layout.end + count * MemoryLayout<Int32>.stride
        let start = PDQSegment.allocate(bytes)
        memory = .own(start)
        let ownHashes = start.bindMemory(to: weir_hash256.self, capacity: count)
        let directory = (start + layout.directory).bindMemory(
            to: UInt32.self, capacity: (layout.postings - layout.directory) / MemoryLayout<UInt32>.stride)
        let postings = (start + layout.postings).bindMemory(
            to: UInt32.self, capacity: (layout.end - layout.postings) / MemoryLayout<UInt32>.stride)
        let ownSignals = (start + layout.end).bindMemory(to: Int32.self, capacity: count)
        if let from = hashes.baseAddress { ownHashes.update(from: from, count: count) }
        (postings + weir_segment_chunks * count).initialize(repeating: 0, count: weir_segment_padding)
        if let from = signals.baseAddress { ownSignals.update(from: from, count: count) }
        weir_segment_fill(ownHashes, UInt32(count), UInt32(layout.shift), directory, postings)
        self.signals = .listed(ownSignals)
        index = layout.index(at: start, count)
    }

    /// One that stands in a snapshot, as `withIndex` gave it.
    ///
    /// - Parameters:
    ///   - part: of the memory, at a multiple of 64 bytes.
    ///   - first: position of the first hash's signal; the others follow.
    /// - Throws: `SnapshotRefusal` if the index leads out of the hashes.
    init(
        _ count: Int, at part: UnsafeRawBufferPointer, of memory: SnapshotMemory, first: Int32
    ) throws(SnapshotRefusal) {
        guard (1...PDQSegment.capacity).contains(count), let start = part.baseAddress,
            part.count == Layout(count).end
        else { throw SnapshotRefusal("a segment of \(count) hashes has \(part.count) bytes") }
        self.count = count
        bytes = part.count
        self.memory = .snapshot(memory)
        signals = .from(first)
        index = Layout(count).index(at: start, count)
        guard withUnsafePointer(to: index, { weir_segment_is_sound($0) }) else {
            throw SnapshotRefusal("a segment's index leads out of its hashes")
        }
    }

    deinit {
        if case .own(let start) = memory { free(start) }
    }

    /// All that look-ups read, in one piece.
    func withIndex<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: index.hashes, count: Layout(count).end))
    }

    /// Position of a hash's signal.
    @inline(__always)
    private func signal(_ place: Int) -> Int32 {
        switch signals {
        case .listed(let signals): signals[place]
        case .from(let first): first + Int32(truncatingIfNeeded: place)
        }
    }

    func hash(_ place: Int) -> weir_hash256 { index.hashes[place] }

    func forEach(_ body: (weir_hash256, Int32) -> Void) {
        for place in 0..<count { body(index.hashes[place], signal(place)) }
    }

    func matches(_ query: inout weir_hash256, _ threshold: UInt32, _ found: inout [PDQIndex.Match]) {
        guard threshold <= UInt32(weir_segment_threshold) else {
            scan(UnsafeBufferPointer(start: index.hashes, count: count), &query, threshold) { place, distance in
                found.append(PDQIndex.Match(signal: signal(place), distance: distance))
            }
            return
        }
        var matches = weir_matches()
        defer { free(matches.elements) }
        let complete = withUnsafePointer(to: index) { weir_segment_search($0, &query, threshold, &matches) }
        guard complete else { fatalError("no memory for what a look-up of a PDQ hash found") }
        if found.isEmpty { found.reserveCapacity(matches.count) }
        for match in UnsafeBufferPointer(start: matches.elements, count: matches.count) {
            found.append(
                PDQIndex.Match(signal: signal(Int(match.position)), distance: Int(match.distance)))
        }
    }

    /// A key of a chunk should have some postings: fewer keys for fewer hashes, so that the directory stays small
    /// beside them.
    private static func shift(for count: Int) -> Int {
        let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
        return 16 - min(max(bits - 3, 8), 16)
    }

    /// On huge pages where there are any: a look-up reads hundreds of places that have nothing to do with one another.
    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let huge = 2 << 20
        var memory: UnsafeMutableRawPointer?
        let alignment = bytes >= huge ? huge : 64
        guard posix_memalign(&memory, alignment, bytes) == 0, let memory else {
            fatalError("no memory for a PDQ index: \(bytes) bytes")
        }
        if bytes >= huge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
        return memory
    }
}
