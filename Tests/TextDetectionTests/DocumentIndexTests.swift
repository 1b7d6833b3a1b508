import TestSupport
import Testing

@testable import TextDetection

@Suite struct DocumentIndexTests {
    private func index(_ documents: [[UInt16]]) -> DocumentIndex {
        DocumentIndex(documents: documents.count, expectedWords: documents.reduce(0) { $0 + $1.count }) {
            ContiguousArray(documents[$0])
        }
    }

    private func fingerprints(_ words: [UInt16]) -> [Winnowing.Fingerprint] {
        var winnowing = Winnowing()
        words.withUnsafeBufferPointer { winnowing.read($0) }
        return Array(winnowing.prints)
    }

    /// Among others, so that it stands anywhere in a block.
    private func places(_ index: DocumentIndex, _ hash: UInt64, beside others: [UInt64] = []) -> [DocumentIndex.Place] {
        let prints = (others + [hash]).map { Winnowing.Fingerprint(hash: $0, place: $0 == hash ? 1 : 0) }
        var found: [DocumentIndex.Place] = []
        prints.withUnsafeBufferPointer { prints in
            index.forEachPlace(of: prints) { print, place in
                if print.place == 1 { found.append(place) }
            }
        }
        return found
    }

    @Test(arguments: UInt64(1)...20) func holdsTheFirstFiveOfEach(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let passages = (0..<6).map { _ in (0..<20).map { _ in UInt16.random(in: 0...9_000, using: &random) } }
        let documents = (0..<Int.random(in: 0...60, using: &random)).map { _ in
            (0..<Int.random(in: 1...5, using: &random)).flatMap { _ in
                passages[Int.random(in: 0..<6, using: &random)]
                    + (0..<7).map { _ in UInt16.random(in: 0...3, using: &random) }
            }
        }
        let index = index(documents)
        var model: [UInt64: [DocumentIndex.Place]] = [:]
        for (document, words) in documents.enumerated() {
            for print in fingerprints(words) where model[print.hash]?.last?.document != document {
                model[print.hash, default: []].append(.init(document: document, word: Int(print.place)))
            }
        }
        for (hash, expected) in model {
            let others = model.keys.prefix(Int.random(in: 0...70, using: &random)).filter { $0 != hash }
            #expect(places(index, hash, beside: others) == Array(expected.prefix(5)))
        }
        #expect(index.kept == model.values.reduce(0) { $0 + min(5, $1.count) })
        #expect(index.crowded == model.values.reduce(0) { $0 + max(0, $1.count - 5) })
        for _ in 0..<50 { #expect(places(index, UInt64.random(in: 0...UInt64.max, using: &random)) == []) }
        for (document, words) in documents.enumerated() {
            #expect(Array(index.words(of: document)) == words.map(BandCheck.byte))
        }
    }

    @Test func emptyDocumentsAndNoneAreNoTrouble() {
        #expect(index([]).kept == 0)
        let some = index([[], [1, 2, 3], (0..<100).map { $0 }])
        #expect(some.kept > 10 && some.words(of: 0).isEmpty)
        #expect(places(index([]), 0) == [])
    }

    /// All of them with the same words: no bucket takes time in the square of its length.
    @Test func thousandsOfOneDocument() {
        let words = (0..<60).map { UInt16($0) }
        let index = index(Array(repeating: words, count: 20_000))
        let own = fingerprints(words)
        #expect(index.kept == 5 * own.count)
        #expect(index.crowded == 19_995 * own.count)
        #expect(places(index, own[0].hash).map(\.document) == [0, 1, 2, 3, 4])
    }

    @Test func countsWhatItTakes() {
        let documents = (0..<200).map { document in
            (0..<371).map { UInt16(truncatingIfNeeded: $0 &* 31 &+ document &* 977) }
        }
        let index = index(documents)
        #expect(index.bytes >= 8 * index.kept + 371 * 200)
        #expect(index.bytes <= 13 * index.kept + 371 * 200 + 9 * 201)
    }
}
