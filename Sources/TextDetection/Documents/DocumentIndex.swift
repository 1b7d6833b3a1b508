internal import Glibc

/// Known documents by their fingerprints, and their words to check by. Made once, never changed.
///
/// 8 bytes a fingerprint, in buckets by the hash's highest bits, and 8 bytes a bucket that say where it begins and what
/// it may hold: what open addressing takes without its free places, and for most that is looked up in vain one look at
/// memory instead of a walk. Then one byte a word and 8 bytes a document.
///
/// A passage that stands in many documents says little about any. Each fingerprint is kept for the `mostSharing` first
/// documents and no others. They are kept, and not left out altogether, because of documents of which a set has many
/// versions: none would be found.
final class DocumentIndex: @unchecked Sendable {
    // Sendable: all is written before anybody else has it.

    static let mostSharing = 5
    /// Documents beyond this are not taken in.
    static let mostDocuments = 1 << 24
    private static let directoryBits = 4...26

    /// A document's place in the order they were given, and the place of the run in it.
    struct Place: Equatable {
        let document: Int
        let word: Int
    }

    let count: Int
    /// Fingerprints kept, and those that `mostSharing` others had already.
    let kept: Int
    let crowded: Int
    private let shift: UInt64
    /// Where each bucket begins, and one more: 32 bits. In the 32 above them two for each entry (`filterBits`); where
    /// one of them is not set there is no such entry. Of what is in no bucket one in twenty passes.
    private let buckets: UnsafeMutablePointer<UInt64>
    private let bucketCount: Int
    /// 24 bits of the hash behind the bucket's, 24 of the document, 16 of the word; ascending in a bucket.
    private let entries: UnsafeMutablePointer<UInt64>
    private let words: UnsafeMutablePointer<UInt8>
    private let wordStarts: UnsafeMutablePointer<UInt64>

    /// - Parameters:
    ///   - documents: how many there are, at most `mostDocuments`.
    ///   - expectedWords: of all together, about.
    ///   - hashes: gives a document's words. Called twice for each, with the same result; at most `DocumentWords.most`.
    init(documents: Int, expectedWords: Int, hashes: (Int) -> ContiguousArray<UInt16>) {
        count = documents
        var bits = DocumentIndex.directoryBits.lowerBound
        // A bucket holds three to five.
        while bits < DocumentIndex.directoryBits.upperBound, expectedWords >> (bits + 3) > 2 { bits += 1 }
        shift = UInt64(64 - bits)
        bucketCount = 1 << bits
        buckets = .allocate(capacity: bucketCount + 1)
        DocumentIndex.adviseHugePages(buckets, (bucketCount + 1) * 8)
        buckets.initialize(repeating: 0, count: bucketCount + 1)
        wordStarts = .allocate(capacity: documents + 1)
        wordStarts.initialize(repeating: 0, count: documents + 1)
        var own = OwnFingerprints()
        // How many there are of all, then room for them, then they.
        for document in 0..<documents {
            let hashes = hashes(document)
            wordStarts[document + 1] = wordStarts[document] + UInt64(hashes.count)
            for print in own.all(of: hashes) { buckets[Int(print.hash >> shift) + 1] += 1 }
        }
        for bucket in 0..<bucketCount { buckets[bucket + 1] += buckets[bucket] }
        let all = Int(buckets[bucketCount])
        // One more, so that there is something to read where the last bucket is empty.
        guard let room = malloc((all + 1) * 8) else { fatalError("out of memory") }
        DocumentIndex.adviseHugePages(room, (all + 1) * 8)
        let entries = room.bindMemory(to: UInt64.self, capacity: all + 1)
        words = .allocate(capacity: Int(wordStarts[documents]) + 1)
        for document in 0..<documents {
            let hashes = hashes(document)
            let start = Int(wordStarts[document])
            for (place, hash) in hashes.enumerated() {
                (words + start + place).initialize(to: BandCheck.byte(of: hash))
            }
            for print in own.all(of: hashes) {
                let bucket = Int(print.hash >> shift)
                let tag = print.hash >> (shift - 24) & 0xFF_FFFF
                (entries + Int(buckets[bucket])).initialize(
                    to: tag << 40 | UInt64(document) << 16 | UInt64(print.place))
                // Where a bucket begins is where it ends once it is full; `settle` puts that right.
                buckets[bucket] += 1
            }
        }
        kept = DocumentIndex.settle(buckets, bucketCount, entries)
        crowded = all - kept
        // What was left out is given back.
        let fitting = realloc(room, (kept + 1) * 8) ?? room
        self.entries = fitting.bindMemory(to: UInt64.self, capacity: kept + 1)
        (self.entries + kept).initialize(to: 0)
    }

    deinit {
        buckets.deallocate()
        wordStarts.deallocate()
        words.deallocate()
        free(entries)
    }

    /// Look-ups go to places that have nothing to do with each other; on small pages each waits for page tables too.
    private static func adviseHugePages(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let address = UInt(bitPattern: memory)
        let start = (address + page - 1) & ~(page - 1)
        let end = (address + UInt(bytes)) & ~(page - 1)
        guard end >= start + (2 << 20) else { return }
        _ = madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_HUGEPAGE)
    }

    /// What it takes, in bytes.
    var bytes: Int { (bucketCount + 1) * 8 + kept * 8 + (count + 1) * 8 + Int(wordStarts[count]) }

    /// Sorts each bucket and leaves out what is one too many.
    ///
    /// - Returns: how many are left.
    private static func settle(
        _ buckets: UnsafeMutablePointer<UInt64>, _ bucketCount: Int, _ entries: UnsafeMutablePointer<UInt64>
    ) -> Int {
        var start = 0
        var kept = 0
        for bucket in 0..<bucketCount {
            let end = Int(buckets[bucket])
            let first = kept
            sort(UnsafeMutableBufferPointer(start: entries + start, count: end - start))
            var sharing = 0
            var last = UInt64.max
            var filter: UInt64 = 0
            for place in start..<end {
                let tag = entries[place] >> 40
                sharing = tag == last ? sharing + 1 : 1
                last = tag
                guard sharing <= mostSharing else { continue }
                entries[kept] = entries[place]
                kept += 1
                filter |= filterBits(of: tag)
            }
            buckets[bucket] = filter | UInt64(first)
            start = end
        }
        buckets[bucketCount] = UInt64(kept)
        return kept
    }

    private static func sort(_ entries: UnsafeMutableBufferPointer<UInt64>) {
        guard entries.count <= 24 else {
            var entries = entries
            return entries.sort()
        }
        for end in 1..<max(1, entries.count) {
            let entry = entries[end]
            var place = end
            while place > 0, entries[place - 1] > entry {
                entries[place] = entries[place - 1]
                place -= 1
            }
            entries[place] = entry
        }
    }

    /// Which of a bucket's upper bits stand for a tag.
    @inline(__always)
    private static func filterBits(of tag: UInt64) -> UInt64 { (1 << (tag & 31) | 1 << (tag >> 5 & 31)) << 32 }

    @inline(__always)
    private func tag(of hash: UInt64) -> UInt64 { hash >> (shift - 24) & 0xFF_FFFF }

    /// Where fingerprints stand: one after the other, each by document.
    ///
    /// Memory is far away. So a block of look-ups is under way at a time: first all buckets, then the first and the last
    /// entry of those that may hold what is looked for, then what is made of them.
    func forEachPlace(
        of prints: UnsafeBufferPointer<Winnowing.Fingerprint>, _ body: (Winnowing.Fingerprint, Place) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: DocumentIndex.block) { buckets in
            withUnsafeTemporaryAllocation(of: Candidate.self, capacity: DocumentIndex.block) { candidates in
                for start in stride(from: 0, to: prints.count, by: DocumentIndex.block) {
                    let block = prints[start..<min(start + DocumentIndex.block, prints.count)]
                    lookUp(UnsafeBufferPointer(rebasing: block), buckets, candidates, body)
                }
            }
        }
    }

    /// - Parameters:
    ///   - prints: at most `block`.
    ///   - found: room for `block`; so has `candidates`.
    @inline(__always)
    private func lookUp(
        _ prints: UnsafeBufferPointer<Winnowing.Fingerprint>, _ found: UnsafeMutableBufferPointer<UInt64>,
        _ candidates: UnsafeMutableBufferPointer<Candidate>, _ body: (Winnowing.Fingerprint, Place) -> Void
    ) {
        // Nothing else in this loop, so that as many reads as there can be are under way.
        for place in 0..<prints.count {
            found.initializeElement(at: place, to: buckets[Int(truncatingIfNeeded: prints[place].hash >> shift)])
        }
        var all = 0
        for place in 0..<prints.count {
            let hash = prints[place].hash
            let bits = found[place]
            candidates.initializeElement(
                at: all,
                to: Candidate(print: place, bucket: Int(truncatingIfNeeded: hash >> shift), start: bits & 0xFFFF_FFFF))
            all &+= DocumentIndex.filterBits(of: tag(of: hash)) & ~bits == 0 ? 1 : 0
        }
        var likely = 0
        for candidate in candidates[..<all] {
            let tag = tag(of: prints[candidate.print].hash)
            let end = Int(buckets[candidate.bucket + 1] & 0xFFFF_FFFF)
            let (first, last) = (entries[Int(candidate.start)] >> 40, entries[end - 1] >> 40)
            candidates[likely] = candidate
            likely += tag < first || tag > last ? 0 : 1
        }
        for candidate in candidates[..<likely] {
            let print = prints[candidate.print]
            let tag = tag(of: print.hash)
            let end = Int(buckets[candidate.bucket + 1] & 0xFFFF_FFFF)
            for place in Int(candidate.start)..<end where entries[place] >> 40 == tag {
                let entry = entries[place]
                body(print, Place(document: Int(entry >> 16 & 0xFF_FFFF), word: Int(entry & 0xFFFF)))
            }
        }
    }

    /// As many as there is room for on the stack.
    private static let block = 40

    /// A bucket that may hold what is looked for.
    private struct Candidate: BitwiseCopyable {
        let print: Int
        let bucket: Int
        let start: UInt64
    }

    /// A document's words as `BandCheck` compares them.
    func words(of document: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(wordStarts[document])
        return UnsafeBufferPointer(start: words + start, count: Int(wordStarts[document + 1]) - start)
    }
}

/// A document's fingerprints, of several equal ones the first.
private struct OwnFingerprints {
    private var winnowing = Winnowing()
    private var prints: ContiguousArray<Winnowing.Fingerprint> = []

    mutating func all(of words: ContiguousArray<UInt16>) -> ContiguousArray<Winnowing.Fingerprint> {
        words.withUnsafeBufferPointer { winnowing.read($0) }
        prints.removeAll(keepingCapacity: true)
        prints.append(contentsOf: winnowing.prints)
        prints.sort { ($0.hash, $0.place) < ($1.hash, $1.place) }
        var kept = 0
        for index in prints.indices where index == 0 || prints[index].hash != prints[kept - 1].hash {
            prints[kept] = prints[index]
            kept += 1
        }
        prints.removeLast(prints.count - kept)
        return prints
    }
}
