import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct DocumentSketchTests {
    private let keys = SightingKeys(Array("key".utf8))

    @Test(arguments: UInt64(1)...30) func itHasTheLowestHashesOfAllRuns(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let variety: UInt16 = seed % 3 == 0 ? 2 : 5_000
        let words = (0..<Int.random(in: 12...400, using: &random)).map { _ in
            UInt16.random(in: 0..<variety, using: &random)
        }
        var lowest: (hash: UInt32, place: Int)?
        var all: Set<UInt32> = []
        for place in 0...(words.count - 3) {
            let hash = keys.run((0..<3).reduce(0) { $0 | UInt64(words[place + $1]) << UInt64(16 * $1) })
            all.insert(hash)
            if lowest.map({ hash < $0.hash }) ?? true { lowest = (hash, place) }
        }
        let sketch = try #require(DocumentSketch(words, keys))
        #expect(DocumentSketch.entries(sketch.fingerprint) == Array(all.sorted().prefix(8)))
        let run = try #require(lowest).place
        #expect(sketch.passage.contains(run) && sketch.passage.contains(run + 2))
        #expect(sketch.passage.count == min(words.count, DocumentSketch.mostPassage))
        let others = SightingKeys(Array("another".utf8))
        #expect(DocumentSketch(words, others)?.fingerprint != sketch.fingerprint)
    }

    @Test func aShortTextHasNone() {
        #expect(DocumentSketch([UInt16](1...11), keys) == nil)
        #expect(DocumentSketch([UInt16](1...12), keys).map { DocumentSketch.entries($0.fingerprint).count } == 8)
        // One word again and again is one run.
        let same = DocumentSketch([UInt16](repeating: 7, count: 90), keys)
        #expect(same.map { DocumentSketch.entries($0.fingerprint).count } == 1)
    }

    @Test func aPassageIsForWhoHasTheKey() {
        var verdict = Digest128()
        verdict.words = (7, 9)
        let words = (0..<40).map { UInt16($0 * 1_601) }
        let sealed = keys.passages.sealed(words[3..<33], folding: 4, verdict: verdict)
        #expect(sealed.count == 65 && !sealed.dropFirst(4).starts(with: [4, 0xC3, 0x12]))
        let opened = keys.passages.opened(sealed, verdict: verdict)
        #expect(opened.first == 4 && opened.count == 61)
        #expect(opened.dropFirst().prefix(2).elementsEqual([0xC3, 0x12]))
        let others = SightingKeys(Array("another".utf8)).passages
        #expect(others.opened(sealed, verdict: verdict).isEmpty)
        #expect(keys.passages.opened(sealed, verdict: Digest128()).isEmpty)
        for count in 0..<sealed.count {
            #expect(keys.passages.opened(Array(sealed.prefix(count)), verdict: verdict).isEmpty)
        }
    }
}
