import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct TermDetectorTests {
    @Test func oneFindingForASignalAndAField() throws {
        let detector = try detector([signal("turnip"), signal("Turnip Front", type: .phrase)])
        let batch = try batch([
            Post("The TURNIP  front: turnip!", title: "é turnip"), Post("nothing"), Post(nil, title: "Turnip"),
            Post(""), Post("turnip"),
        ])
        let findings = detector.findings(batch)
        #expect(
            Set(findings.found.map(words)) == [
                "0 term:turnip title 3..<9", "0 term:turnip body 4..<10 ×2", "0 phrase:Turnip Front body 4..<17",
                "2 term:turnip title 0..<6", "4 term:turnip body 0..<6",
            ])
        #expect(findings.unavailable.isEmpty)
    }

    @Test func nothingMatchesAcrossTexts() throws {
        let detector = try detector([signal("turnip front", .substring), signal("turnip", .substring)])
        let batch = try batch([Post("front tur", title: "turnip"), Post("nip front", title: "front"), Post("nip")])
        #expect(detector.findings(batch).found.map(words) == ["0 term:turnip title 0..<6"])
    }

    @Test func onlySelectedEventsAreLookedAt() throws {
        let batch = try batch(Array(repeating: Post("turnip"), count: 5))
        let findings = try detector([signal("turnip")]).findings(batch, .some([1, 3]))
        #expect(findings.found.map(\.event) == [1, 3])
    }

    /// The text says which language it is in; what the event states counts for little (`TextLanguage`).
    @Test func languagesScopeATerm() throws {
        var indonesian = signal("lobak")
        indonesian.languages = ["ID", "ms-MY"]
        let malay = "Semua lobak ini untuk kami, dan saya juga akan makan itu dengan mereka."
        let english = "What they call a lobak is a radish, and it was not on the table with the other ones."
        let languages = [nil, "id", "ID-Latn", "en", "", "und", "mul", "idx"]
        let texts = [
            "lobak", malay, english,
            String(repeating: malay + "\n", count: 10) + String(repeating: english + " ", count: 12),
        ]
        let batch = try batch(texts.flatMap { text in languages.map { Post(text, language: $0) } })
        let found = try detector([indonesian]).findings(batch).found
        let count = languages.count
        #expect(Set(found.map(\.event)) == Set(Array(0..<2 * count) + Array(3 * count..<4 * count)))
    }

    /// Each text has its own.
    @Test func titleAndBodyHaveLanguagesOfTheirOwn() throws {
        var term = signal("lobak")
        term.languages = ["id"]
        let malay = "Semua lobak ini untuk kami, dan saya juga akan makan itu dengan mereka."
        let english = "What they call a lobak is a radish, and it was not on the table with the other ones."
        var anywhere = signal("radish")
        anywhere.languages = []
        let posts = [
            Post(malay, title: english), Post(english, title: malay), Post(english, title: english),
            Post(english, title: english), Post(malay, title: malay),
        ]
        let found = try detector([term, anywhere]).findings(try batch(posts)).found.map(words)
        #expect(
            found.filter { $0.contains("lobak") }.map { String($0.prefix(19)) } == [
                "0 term:lobak body 6", "1 term:lobak title ", "4 term:lobak title ", "4 term:lobak body 6",
            ])
        #expect(found.count { $0.contains("radish") } == 6)
    }

    @Test func expiredTermsDoNotMatch() throws {
        var expired = signal("turnip")
        expired.expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        var valid = signal("front")
        valid.expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:01Z")
        let findings = try detector([expired, valid]).findings(try batch([Post("turnip front")]))
        #expect(findings.found.map(words) == ["0 term:front body 7..<12"])
    }

    @Test func aFloodOfTermsKeepsTheSurest() throws {
        var signals = (0..<100).map { signal("weak\($0)") }
        var strong = signal("strong")
        strong.opinion = .positive
        signals.append(strong)
        let flood = (0..<100).map { "weak\($0)" }.joined(separator: " ") + " strong"
        let batch = try batch([Post(flood), Post("weak7 strong"), Post("weak1", title: flood)])
        let found = try detector(signals, most: 3).findings(batch).found.map(words)
        #expect(
            Set(found) == [
                "0 many-terms ×101", "0 term:strong body 690..<696", "0 term:weak0 body 0..<5",
                "0 term:weak1 body 6..<11", "1 term:weak7 body 0..<5", "1 term:strong body 6..<12",
                "2 many-terms ×102", "2 term:strong title 690..<696", "2 term:weak0 title 0..<5",
                "2 term:weak1 title 6..<11",
            ])
        #expect(found.count == 10)
    }

    @Test func aTextFullOfHitsIsCounted() throws {
        let signals = (1...40).map { signal(String(repeating: "a", count: $0), .substring) }
        let batch = try batch([Post(String(repeating: "a", count: 60_000)), Post("b a")])
        let found = try detector(signals).findings(batch).found
        #expect(found.count == 41)
        #expect(
            Set(found.filter { $0.event == 0 }.compactMap(\.value)) == Set((1...40).map { Int64(60_001 - $0) }))
    }

    /// Many batches' worth of stretches, in one call and one event at a time.
    @Test(arguments: UInt64(1)...100)
    func batchingChangesNothing(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let signals = (0..<20).map { _ in
            signal(TrickyText.piece(&random), Bool.random(using: &random) ? .word : .substring)
        }
        let detector = try detector(signals, most: 5)
        let posts = (0..<60).map { _ in
            let length = Int.random(in: 0...(Int.random(in: 0..<20, using: &random) == 0 ? 1_500 : 20), using: &random)
            return Post(
                TrickyText.text(pieces: length, &random),
                title: Bool.random(using: &random) ? TrickyText.text(pieces: 5, &random) : nil)
        }
        let all = try batch(posts)
        let together = detector.findings(all)
        let apart = posts.indices.flatMap { detector.findings(all, .some([$0])).found }
        #expect(together.found.map(words).sorted() == apart.map(words).sorted())
        #expect(together.unavailable.isEmpty)
    }

    @Test func manyTasksShareOneDetector() async throws {
        var random = SplitMix64(seed: 7)
        let detector = try detector(TrickyText.words.map { signal($0, .substring) })
        let posts = (0..<200).map { _ in Post(TrickyText.text(pieces: 60, &random)) }
        let batch = try batch(posts)
        let expected = detector.findings(batch).found.map(words)
        #expect(expected.count > 1_000)
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 { group.addTask { detector.findings(batch).found.map(words) != expected } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wrong == 0)
    }

    @Test func cancellationEndsALongBatch() async throws {
        let detector = try detector([signal("turnip")])
        let batch = try batch(Array(repeating: Post(String(repeating: "turnip ", count: 5_000)), count: 20))
        let found = await withTaskGroup(of: Int.self) { group in
            group.cancelAll()
            group.addTask { detector.findings(batch).found.count }
            return await group.reduce(0, +)
        }
        #expect(found == 0)
        #expect(detector.findings(batch).found.count == 20)
    }

    @Test func registrationLeavesBadTermsOutAndSaysSo() throws {
        let notes = Notes()
        let settings = Settings(known: TermDetector.registration.settings)
        let made = try TermDetector.registration.make(
            DetectorContext(signals: SignalSet([signal("\u{AD}"), signal("turnip")]), settings: settings) {
                notes.add($1)
            })
        let detector = try #require(made as? TermDetector)
        #expect(detector.findings(try batch([Post("turnip")])).found.count == 1)
        #expect(notes.all == ["value: nothing is left when it is folded"])
    }
}
