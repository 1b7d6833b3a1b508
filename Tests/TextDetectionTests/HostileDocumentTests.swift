import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// Texts and signals made to cost much: what they take is bounded, and nothing is missed in silence.
@Suite(.timeLimit(.minutes(10))) struct HostileDocumentTests {
    private static let known: [[String]] = {
        var maker = RandomDocument(seed: 71)
        return (0..<20).map { _ in maker.words(200) }
    }()

    private func matcher(_ signals: [Signal], mostChecks: Int = DocumentMatcher.mostChecks) -> DocumentMatcher {
        DocumentMatcher(SignalSet(signals), mostChecks: mostChecks)
    }

    @Test func aWordAHundredThousandTimes() throws {
        let same = text(Array(repeating: "lantern", count: 100_000))
        let found = try #require(matcher(HostileDocumentTests.known.map { document(text($0)) }).documents(in: same))
        #expect(found.found.isEmpty && found.isComplete)
        // Beside a document that is just as dull, and with a copy behind it.
        let dull = document(text(Array(repeating: "lantern", count: 2_000)), id: "dull")
        let both = matcher([dull, document(text(HostileDocumentTests.known[0]), id: "0")])
        let (matches, isComplete) = try #require(both.documents(in: same + " " + text(HostileDocumentTests.known[0])))
        #expect(isComplete)
        #expect(Set(matches.compactMap { both.signal(of: $0)?.id }) == ["dull", "0"])
    }

    /// Fifty versions of one text share all passages, and each is found by what it is.
    @Test func manyVersionsOfOneDocument() throws {
        let signals = (0..<50).map { document(text(HostileDocumentTests.known[0]) + " version \($0)") }
        let matcher = matcher(signals)
        let (found, isComplete) = try #require(matcher.documents(in: text(HostileDocumentTests.known[0][20..<120])))
        #expect(isComplete)
        #expect(found.count == DocumentIndex.mostSharing)
        #expect(matcher.fingerprints.crowded > 45 * 40)
    }

    /// A text of passages of many documents, over and over: what is left undone is told, beside what was found.
    @Test func moreThanIsLookedAtIsToldAndTheSurestComeFirst() throws {
        var signals = HostileDocumentTests.known.enumerated().map { document(text($1), id: "\($0)") }
        signals[19].opinion = .positive
        // Runs of six words, too short to be found, of all documents; then one document.
        var words: [String] = []
        for start in stride(from: 0, to: 190, by: 6) {
            for known in HostileDocumentTests.known { words += known[start..<start + 6] }
        }
        let decoys = text(words + HostileDocumentTests.known[19])
        let small = matcher(signals, mostChecks: 60)
        let (found, isComplete) = try #require(small.documents(in: decoys))
        #expect(!isComplete)
        #expect(found.compactMap { small.signal(of: $0)?.id } == ["19"])
        let whole = try #require(matcher(signals).documents(in: decoys))
        #expect(whole.isComplete)
        #expect(whole.found.count == 1)
        let detector = DocumentDetector(small, most: 16)
        let findings = detector.findings(
            try batch([Post("nothing"), Post(decoys), Post(text(HostileDocumentTests.known[3]))]))
        #expect(findings.unavailable == [Unavailable(event: 1, reason: "document-limit")])
        #expect(findings.found.map(\.event) == [1, 2])
    }

    @Test(arguments: UInt64(1)...10) func anyBytesAreLookedAt(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let matcher = matcher(HostileDocumentTests.known.map { document(text($0)) })
        for count in [0, 1, 7, 300, 5_000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let folded = try #require(bytes.withUnsafeBufferPointer { FoldedTexts($0) })
            let outcome = matcher.withWorkspace { matcher.matches(in: folded, folded.texts[0], $0) }
            #expect(outcome.isComplete)
            #expect(outcome.found.isEmpty)
        }
    }
}
