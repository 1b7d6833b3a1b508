import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

extension DocumentDetector {
    func findings(_ batch: EventBatch, _ selection: Selection? = nil) -> Findings {
        inspect(
            Inspection(
                batch: batch, selection: selection ?? .all(batch.count),
                media: MediaFacts(unreadCount: batch.media.count)))
    }
}

@Suite struct DocumentDetectorTests {
    private static let known: [[String]] = {
        var maker = RandomDocument(seed: 81)
        return (0..<30).map { _ in maker.words(100) }
    }()

    private func detector(_ signals: [Signal], most: Int = 16) -> DocumentDetector {
        DocumentDetector(DocumentMatcher(SignalSet(signals)), most: most)
    }

    private func signals() -> [Signal] {
        DocumentDetectorTests.known.enumerated().map { document(text($1), id: "\($0)") }
    }

    @Test func oneFindingForADocumentAndAField() throws {
        let (first, second) = (text(DocumentDetectorTests.known[0]), text(DocumentDetectorTests.known[1][0..<50]))
        let findings = detector(signals()).findings(
            try batch([Post("é " + first, title: second), Post("nothing"), Post(nil, title: first), Post("")]))
        #expect(findings.unavailable.isEmpty)
        let found = findings.found.sorted(by: Finding.precedes)
        #expect(found.map(\.event) == [0, 0, 2])
        #expect(found.map { $0.signal?.id } == ["1", "0", "0"])
        #expect(found[0].span == TextSpan(field: .title, start: 0, end: second.utf8.count))
        #expect(found[0].coverage == 0.5 && found[0].coverageOfText == 1 && found[0].value == 50)
        #expect(found[1].span == TextSpan(field: .body, start: 3, end: 3 + first.utf8.count))
        #expect(found[1].coverage == 1 && found[1].coverageOfText == 100.0 / 101 && found[1].value == 100)
        #expect(found[0].signal?.reference.hasPrefix("document:sha256:") == true)
    }

    /// A passage that somebody else is said to have written; `SofteningTests` has what follows.
    @Test func aPassageMayBeQuoted() throws {
        let passage = text(DocumentDetectorTests.known[0][0..<40])
        let other = text(DocumentDetectorTests.known[9][0..<60])
        let texts = [
            "The police said they found “\(passage)” on a leaflet. \(other)", "“\(passage)” \(other)",
            passage + " " + other,
        ]
        let found = detector([signals()[0]]).findings(try batch(texts.map { Post($0) })).found
        #expect(found.map(\.textContext) == [.attributedQuotation, [], []])
    }

    @Test func onlySelectedEventsAreLookedAt() throws {
        let batch = try batch(Array(repeating: Post(text(DocumentDetectorTests.known[2])), count: 4))
        #expect(detector(signals()).findings(batch, .some([1, 3])).found.map(\.event) == [1, 3])
        #expect(detector([]).findings(batch).isEmpty)
    }

    @Test func expiredDocumentsDoNotMatch() throws {
        var known = signals()
        known[0].expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        known[1].expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:01Z")
        let batch = try batch([Post(text(DocumentDetectorTests.known[0] + DocumentDetectorTests.known[1]))])
        #expect(detector(known).findings(batch).found.map { $0.signal?.id } == ["1"])
    }

    @Test func aFloodOfDocumentsKeepsTheSurestAndLongest() throws {
        var known = signals()
        known[25].opinion = .positive
        // Of the later ones less.
        let words = DocumentDetectorTests.known.enumerated().flatMap { $1.prefix(90 - 2 * $0) }
        let found = detector(known, most: 4).findings(try batch([Post(text(words))])).found
        #expect(found.first { $0.signal == nil }?.fact == "many-documents")
        #expect(found.first { $0.signal == nil }?.value == 30)
        #expect(found.compactMap { $0.signal?.id } == ["25", "0", "1", "2"])
    }

    @Test func severalSourcesAreOneSignal() throws {
        var (mine, theirs) = (
            document(text(DocumentDetectorTests.known[0])), document(text(DocumentDetectorTests.known[0]))
        )
        (mine.source, mine.opinion) = ("a", .positive)
        (theirs.source, theirs.opinion) = ("b", .negative)
        let found = detector([mine, theirs]).findings(try batch([Post(text(DocumentDetectorTests.known[0]))])).found
        #expect(found.map { $0.signal?.opinion } == [.disputed])
    }

    /// Same events, same signals: the same findings, whatever stands beside them in the batch or came before.
    @Test func findingsDependOnNothingElse() throws {
        let detector = detector(signals())
        var maker = RandomDocument(seed: 91)
        let posts = DocumentDetectorTests.known.map { Post(text(maker.edited($0, .delete, share: 0.1))) }
        let together = detector.findings(try batch(posts)).found.map(words)
        var alone: [String] = []
        for (place, post) in posts.enumerated().reversed() {
            let found = detector.findings(try batch([post])).found
            alone =
                found.map {
                    var one = $0; one.event = place; return words(one)
                } + alone
        }
        #expect(together == alone)
        #expect(together.count >= 30)
    }

    @Test func isRegistered() throws {
        let registration = try #require(textDetectors.first { $0.identity.name == "text.documents" })
        #expect(registration.identity.version == "2")
        #expect(registration.uses == [.document])
        let notes = Notes()
        let made = try registration.make(
            DetectorContext(
                signals: SignalSet(signals() + [document("too short")]),
                settings: Settings(known: registration.settings)
            ) { notes.add("\($0.value): \($1)") })
        #expect(made is DocumentDetector)
        #expect(notes.all.count == 1)
    }
}
