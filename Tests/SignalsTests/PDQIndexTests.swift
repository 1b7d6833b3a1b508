import CHamming
import Events
import Glibc
import TestSupport
import Testing

@testable import Signals

@Suite struct PDQIndexTests {
    private func found(_ index: PDQIndex, _ known: KnownHashes, _ query: Digest256, _ threshold: Int) -> Bool {
        index.matches(query, threshold: threshold) == known.matches(query, threshold: threshold)
    }

    /// By comparing, by an index, and by both: of each size, at every threshold, what lies at it and one beyond it.
    @Test(arguments: [300, 4_096, 4_700, 9_000], [0, 20, 4_000]) func findsWhatAPlainScanFinds(count: Int, family: Int)
    {
        var random = SplitMix64(seed: UInt64(count + family))
        let known = KnownHashes(count, families: family, &random)
        let index = PDQIndex(known.hashes, signals: known.signals)
        #expect(index.count == count)
        for threshold in 0...64 {
            for distance in [0, threshold, threshold + 1, Int.random(in: 0...80, using: &random)] {
                let query = known.near(distance, &random)
                #expect(found(index, known, query, threshold), "threshold \(threshold), distance \(distance)")
            }
        }
        for threshold in [-1, 128, 255, 256, 1_000] {
            #expect(found(index, known, known.near(threshold / 2, &random), threshold))
        }
        for _ in 0..<100 { #expect(found(index, known, .random(&random), 31)) }
    }

    /// At the threshold that matching has, by turns at it and one beyond. With what the tests above and below ask, more
    /// than 20 million pairs of query and signal; `load-tests/compare_hash` asks for billions.
    @Test(arguments: [0, 20, 4_000]) func whatDiffersIn31BitsIsFoundAndIn32IsNot(family: Int) {
        var random = SplitMix64(seed: UInt64(31 + family))
        let known = KnownHashes(6_000, families: family, &random)
        let index = PDQIndex(known.hashes, signals: known.signals)
        for number in 0..<200 {
            let place = Int.random(in: 0..<6_000, using: &random)
            let distance = 31 + number % 2
            let query = known.hashes[place].flipping(distance, &random)
            let matches = index.matches(query, threshold: 31)
            #expect(matches == known.matches(query, threshold: 31))
            #expect(matches.contains { $0.signal == known.signals[place] } == (distance == 31))
        }
    }

    /// Each chunk of 16 bits, and each pair of chunks, may be the only one that is near.
    @Test func whereverTheBitsDifferAHashIsFound() {
        var random = SplitMix64(seed: 7)
        let known = KnownHashes(5_000, families: 0, &random)
        let index = PDQIndex(known.hashes, signals: known.signals)
        for threshold in 0...47 {
            for _ in 0..<40 {
                let place = Int.random(in: 0..<5_000, using: &random)
                let signal = known.signals[place]
                // As even as can be, from a random place on; then all in few words.
                let start = Int.random(in: 0..<256, using: &random)
                let even = (0..<threshold).map { (start + $0 * 16 + $0 / 16) % 256 }
                let dense = (0..<threshold).map { (start + $0) % 256 }
                for bits in [even, dense] {
                    let query = known.hashes[place].flipping(bits)
                    #expect(
                        index.matches(query, threshold: threshold)
                            .contains { $0.signal == signal && $0.distance == threshold })
                    #expect(
                        !index.matches(query, threshold: threshold - 1).contains { $0.signal == signal })
                }
            }
        }
    }

    /// What wide registers find is what any processor finds.
    @Test(arguments: [300, 6_000]) func processorsAgree(family: Int) {
        var random = SplitMix64(seed: 11)
        let known = KnownHashes(6_000, families: family, &random)
        let hashes = known.hashes.map { weir_hash256(words: $0.words) }
        let keys = 1 << 12
        let directory = UnsafeMutablePointer<UInt32>.allocate(capacity: 16 * (keys + 1))
        let postings = UnsafeMutablePointer<UInt32>.allocate(capacity: 16 * hashes.count + 8)
        defer {
            directory.deallocate()
            postings.deallocate()
        }
        (postings + 16 * hashes.count).initialize(repeating: 0, count: 8)
        hashes.withUnsafeBufferPointer { hashes in
            weir_segment_fill(hashes.baseAddress, UInt32(hashes.count), 4, directory, postings)
            var segment = weir_segment(
                hashes: hashes.baseAddress, directory: directory, postings: postings, count: UInt32(hashes.count),
                shift: 4)
            for turn in UInt32(0)..<(5 * 48) {
                let threshold = turn % 48
                var query = weir_hash256(words: known.near(Int(threshold), &random).words)
                var plain = weir_matches()
                #expect(weir_segment_search_by(weir_way_plain, &segment, &query, threshold, &plain))
                #expect(!plain.list.isEmpty)
                for way in [weir_way_avx2, weir_way_avx512] where way.rawValue <= weir_best_way().rawValue {
                    var wide = weir_matches()
                    #expect(weir_segment_search_by(way, &segment, &query, threshold, &wide))
                    #expect(wide.list == plain.list, "\(way) at \(threshold)")
                    free(wide.elements)
                }
                free(plain.elements)
            }
        }
    }

    /// All alike: more than a buffer of candidates holds, each found by every chunk.
    @Test(arguments: [1, 63, 64, 65, 128, 129, 1_000, 4_096, 10_000]) func everyCopyIsFound(count: Int) {
        let hash = SHA256.hash([1])
        let index = PDQIndex(
            Array(repeating: hash, count: count), signals: (0..<Int32(count)).map { $0 })
        for (bits, threshold) in [(0, 0), (1, 1), (31, 31), (40, 47), (60, 64)] {
            let matches = index.matches(hash.flipping((0..<bits).map { $0 * 4 }), threshold: threshold)
            #expect(matches.map(\.signal) == (0..<Int32(count)).map { $0 })
            #expect(matches.allSatisfy { $0.distance == bits })
        }
        #expect(index.matches(hash.flipping([255]), threshold: 0).isEmpty)
    }

    @Test func anEmptyIndexFindsNothing() {
        #expect(PDQIndex().matches(Digest256(), threshold: 256).isEmpty)
        #expect(PDQIndex([], signals: []).matches(Digest256(), threshold: 256).isEmpty)
        #expect(PDQIndex().mergeDue == nil)
    }

    // MARK: Changing

    /// Additions one by one, merges as they come due and later, against a plain list; and copies that stay as they were.
    @Test(arguments: UInt64(1)...4) func additionsAndMergesLoseNothing(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let known = KnownHashes(30_000, families: 50, &random)
        var index = PDQIndex()
        var merging: PDQIndex.Merge?
        var copies: [(index: PDQIndex, count: Int)] = []
        for added in 0..<known.hashes.count {
            index.insert(known.hashes[added], known.signals[added])
            if added % 3_001 == 0 { copies.append((index, added + 1)) }
            // As a merge beside additions does, which takes its time.
            if merging == nil { merging = index.mergeDue }
            if let merge = merging, Int.random(in: 0..<700, using: &random) == 0 {
                index.replace(by: merge.run())
                merging = nil
            }
        }
        if let merge = merging { index.replace(by: merge.run()) }
        copies.append((index, known.hashes.count))
        #expect(index.segments.count <= 4)
        for (copy, count) in copies {
            #expect(copy.count == count)
            let known = known.first(count)
            for _ in 0..<50 {
                let query = known.near(Int.random(in: 0...40, using: &random), &random)
                #expect(found(copy, known, query, 31))
            }
        }
    }

    @Test func aMergeLeavesOutWhatIsNotWanted() throws {
        var random = SplitMix64(seed: 5)
        let known = KnownHashes(9_000, families: 0, &random)
        var index = PDQIndex(Array(known.hashes.prefix(4_500)), signals: Array(known.signals.prefix(4_500)))
        for place in 4_500..<9_000 { index.insert(known.hashes[place], known.signals[place]) }
        let merge = try #require(index.mergeDue)
        index.replace(by: merge.run { $0 % 3 != 0 })
        #expect(index.count == 6_000)
        for place in 0..<9_000 {
            #expect(index.matches(known.hashes[place], threshold: 0).isEmpty == (known.signals[place] % 3 == 0))
        }
        // Nothing at all may be left.
        index = PDQIndex()
        for place in 0..<4_096 { index.insert(known.hashes[place], known.signals[place]) }
        index.replace(by: try #require(index.mergeDue).run { _ in false })
        #expect(index.count == 0)
        #expect(index.segments.isEmpty)
        #expect(index.matches(known.hashes[0], threshold: 64).isEmpty)
    }
}

extension weir_matches {
    fileprivate var list: [[UInt32]] {
        UnsafeBufferPointer(start: elements, count: count).map { [$0.position, $0.distance] }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }
}
