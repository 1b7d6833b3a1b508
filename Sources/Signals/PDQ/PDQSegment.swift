internal import CHamming
internal import Glibc

/// Up to 2^20 hashes with an index over them (`weir_segment`), and whose signal each is.
///
/// `@unchecked Sendable`: the memory belongs to this object alone, is written in `init` only, and freed when nobody has
/// the object any more.
final class PDQSegment: @unchecked Sendable {
    static let capacity = weir_segment_capacity

    let count: Int
    /// Of the one piece of memory that holds it all.
    let bytes: Int
    private let memory: UnsafeMutableRawPointer
    private let signals: UnsafeMutablePointer<Int32>
    private let index: weir_segment

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

    private init(_ hashes: UnsafeBufferPointer<weir_hash256>, _ signals: UnsafeBufferPointer<Int32>) {
        precondition(hashes.count == signals.count && (1...PDQSegment.capacity).contains(hashes.count))
        count = hashes.count
        let shift = PDQSegment.shift(for: count)
        let chunks = weir_segment_chunks
        let directory = chunks * (1 << (16 - shift) + 1)
        // Hashes first: each is then within one cache line.
        let parts = [
            count * MemoryLayout<weir_hash256>.stride, directory * MemoryLayout<UInt32>.stride,
            (chunks * count + weir_segment_padding) * MemoryLayout<UInt32>.stride,
            count * MemoryLayout<Int32>.stride,
        ]
        bytes = parts.reduce(0, +)
        memory = PDQSegment.allocate(bytes)
        let ownHashes = memory.bindMemory(to: weir_hash256.self, capacity: count)
        let directoryStart = (memory + parts[0]).bindMemory(to: UInt32.self, capacity: directory)
        let postings = (memory + parts[0] + parts[1]).bindMemory(to: UInt32.self, capacity: chunks * count)
        self.signals = (memory + parts[0] + parts[1] + parts[2]).bindMemory(to: Int32.self, capacity: count)
        if let from = hashes.baseAddress { ownHashes.update(from: from, count: count) }
        (postings + chunks * count).initialize(repeating: 0, count: weir_segment_padding)
        if let from = signals.baseAddress { self.signals.update(from: from, count: count) }
        weir_segment_fill(ownHashes, UInt32(count), UInt32(shift), directoryStart, postings)
        index = weir_segment(
            hashes: ownHashes, directory: directoryStart, postings: postings, count: UInt32(count),
            shift: UInt32(shift))
    }

    deinit { free(memory) }

    func forEach(_ body: (weir_hash256, Int32) -> Void) {
        for place in 0..<count { body(index.hashes[place], signals[place]) }
    }

    func matches(_ query: inout weir_hash256, _ threshold: UInt32, _ found: inout [PDQIndex.Match]) {
        guard threshold <= UInt32(weir_segment_threshold) else {
            scan(UnsafeBufferPointer(start: index.hashes, count: count), &query, threshold) { place, distance in
                found.append(PDQIndex.Match(signal: signals[place], distance: distance))
            }
            return
        }
        var matches = weir_matches()
        defer { free(matches.elements) }
        let complete = withUnsafePointer(to: index) { weir_segment_search($0, &query, threshold, &matches) }
        guard complete else { fatalError("no memory for what a look-up of a PDQ hash found") }
        for match in UnsafeBufferPointer(start: matches.elements, count: matches.count) {
            found.append(
                PDQIndex.Match(signal: signals[Int(match.position)], distance: Int(match.distance)))
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
