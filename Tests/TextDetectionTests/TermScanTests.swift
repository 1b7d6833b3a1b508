import Events
import TestSupport
import Testing

@testable import TextDetection

@Suite struct TermScanTests {
    /// Vectorscan promises no order, so the order of hits must not matter.
    @Test(arguments: UInt64(1)...100)
    func hitsMayComeInAnyOrder(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let buffer = Array("\u{0}aab ab\u{0}b\u{0}aaaa\u{0}".utf8).map { $0 == 0 ? TextFolder.separator : $0 }
        let texts = buffer.split(separator: TextFolder.separator).map { slice in
            FoldedTexts.Text(event: 0, field: .body, bytes: slice.startIndex..<slice.endIndex, edits: 0..<0)
        }
        let patterns = ["a", "ab", "aa", "b"].enumerated().map { index, text in
            TermSet.Pattern(
                count: UInt32(text.utf8.count), word: Int32(2 * index), substring: Int32(2 * index + 1))
        }
        var hits = ["a", "ab", "aa", "b"].enumerated().flatMap { index, text in
            buffer.places(of: Array(text.utf8)).map { (index, $0 + text.utf8.count) }
        }
        let ordered = tallies(hits.sorted { $0.1 < $1.1 }, buffer, texts, patterns)
        #expect(ordered.count == 9)
        hits.shuffle(using: &random)
        #expect(tallies(hits, buffer, texts, patterns) == ordered)
    }

    private func tallies(
        _ hits: [(Int, Int)], _ buffer: [UInt8], _ texts: [FoldedTexts.Text], _ patterns: [TermSet.Pattern]
    ) -> [[UInt32]] {
        var latest = [UInt32](repeating: 0, count: 8)
        let isMarked = UnsafeMutableBufferPointer<Bool>.allocate(capacity: 8)
        defer { isMarked.deallocate() }
        isMarked.initialize(repeating: false)
        let (marks, next) = ([TermMarks?](repeating: nil, count: 8), [Int32](repeating: -1, count: 8))
        return buffer.withUnsafeBufferPointer { bytes in
            texts.withUnsafeBufferPointer { texts in
                patterns.withUnsafeBufferPointer { patterns in
                    latest.withUnsafeMutableBufferPointer { latest in
                        marks.withUnsafeBufferPointer { marks in
                            next.withUnsafeBufferPointer { next in
                                guard let bytes = bytes.baseAddress else { return [] }
                                var scan = TermScan(
                                    bytes: bytes, texts: texts, patterns: patterns, marks: marks,
                                    isMarked: UnsafeBufferPointer(isMarked), next: next, edits: [],
                                    latest: latest, offset: 0, text: 0, tallies: [])
                                for hit in hits { scan.found(hit.0, endInStretch: hit.1) }
                                scan.finish()
                                #expect(zip(scan.tallies, scan.tallies.dropFirst()).allSatisfy { $0.text <= $1.text })
                                return scan.tallies.map { [$0.text, $0.entry, $0.start, $0.end, $0.count] }
                                    .sorted { $0.lexicographicallyPrecedes($1) }
                            }
                        }
                    }
                }
            }
        }
    }
}
