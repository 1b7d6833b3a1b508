import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct CombinationDetectorTests {
    private func detector(_ values: [String], match: TermMatch = .word, most: Int = 64) throws -> CombinationDetector {
        let signals = values.map { signal($0, match, type: .combination) }
        return CombinationDetector(try CombinationMatcher(SignalSet(signals)), most: most)
    }

    private func findings(_ detector: CombinationDetector, _ posts: [Post]) throws -> Findings {
        let batch = try batch(posts)
        return detector.inspect(
            Inspection(batch: batch, selection: .all(batch.count), media: MediaFacts(unreadCount: 0)))
    }

    /// Whether the combination is in the text, and the text that the finding points at.
    @Test(arguments: [
        ("near(4; grey lantern; march)", "The Grey Lantern will march", "Grey Lantern will march"),
        ("near(4; grey lantern; march)", "March with the Grey Lantern!", nil),
        ("near(5; grey lantern; march)", "March with the Grey Lantern!", "March with the Grey Lantern"),
        ("near(4; grey lantern; march | gather)", "gather, grey lantern", "gather, grey lantern"),
        ("near(4; march; vastmark)", "marches on Vastmark", nil),
        ("near(3; march; vastmark)", "march. march on Vastmark", "march on Vastmark"),
        ("near(2; ＭＡＲＣＨ; vastmark)", "m\u{AD}arch Vastmark", "m\u{AD}arch Vastmark"),
        ("near(4; 行进; 灰灯)", "行进到灰灯城", "行进到灰灯"),
        ("near(4; a; b; c)", "b x a c", "b x a c"),
        ("near(3; a; b; c)", "b x a c", nil),
        ("without(attack; game | level)", "Attack now. What a game!", "Attack"),
        ("without(attack; game | level)", "Attack the next level. Or not", nil),
        ("without(attack; game)", "Great game: attack! Attack the town", "Attack"),
        ("without(attack; game)", "attacks", nil),
        ("some(2; torch; oil; rope | ladder)", "a ladder, a pot and some oil", "ladder"),
        ("some(2; torch; oil; rope | ladder)", "a ladder and a rope", nil),
        ("some(1; torch; oil)", "Oil!", "Oil"),
    ])
    func combinationsAreFound(value: String, text: String, expected: String?) throws {
        let found = try findings(try detector([value]), [Post(text)])
        #expect(found.unavailable.isEmpty)
        let spans = found.found.map {
            String(decoding: Array(text.utf8)[($0.span?.start ?? 0)..<($0.span?.end ?? 0)], as: UTF8.self)
        }
        #expect(spans == (expected.map { [$0] } ?? []))
        let signals = SignalSet([signal(value, type: .combination)])
        let told = try #require(try CombinationFinder(signals).occurrences(in: text))
        #expect(told.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) } == spans)
    }

    @Test func titlesAndBodiesCountTogetherOnlyForSome() throws {
        let detector = try detector(["near(9; torch; oil)", "some(2; torch; oil)", "without(oil; torch)"])
        let found = try findings(detector, [Post("oil, oil", title: "torch"), Post("torch oil"), Post("nothing")])
        #expect(
            found.found.map(words).sorted() == [
                "0 combination:some(2; torch; oil) title 0..<5 ×2", "0 combination:without(oil; torch) body 0..<3 ×2",
                "1 combination:near(9; torch; oil) body 0..<9", "1 combination:some(2; torch; oil) body 0..<5 ×2",
            ])
    }

    /// Terms are looked for in the view that the signal names, and what is disguised is not softened.
    @Test func termsMayBeDisguised() throws {
        let leet = try detector(["near(4; lantern; march)"], match: .leet)
        let texts = [Post("l4ntern march"), Post("Police said lantern march"), Post("Police said l4ntern march")]
        let found = try findings(leet, texts).found
        #expect(found.map(\.event) == [0, 1, 2])
        #expect(found.map(\.textContext) == [[], .reported, []])
        #expect(try findings(try detector(["near(4; lantern; march)"]), texts).found.map(\.event) == [1])
    }

    @Test func languagesAndExpiryCount() throws {
        var german = signal("near(4; a; b)", type: .combination)
        german.languages = ["de"]
        var old = signal("near(4; a; c)", type: .combination)
        old.expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        let detector = CombinationDetector(try CombinationMatcher(SignalSet([german, old])), most: 64)
        let found = try findings(
            detector,
            [
                Post("a b c"), Post("a b c", language: "de-AT"), Post("a b c", language: "fr"),
                // Of another language, as it shows.
                Post("a b c qui ne sont pas dans cette rue et que nous avons avec vous", language: "de"),
                Post("a b c", title: "qui ne sont pas dans cette rue et que nous avons avec vous"),
            ])
        #expect(found.found.map(\.event) == [0, 1, 2, 4])
    }

    @Test func ofMoreThanMostTheSurestAreKept() throws {
        var signals = (0..<10).map { signal("near(3; a; b\($0))", type: .combination) }
        signals[7].opinion = .positive
        let detector = CombinationDetector(try CombinationMatcher(SignalSet(signals)), most: 2)
        let text = (0..<10).map { "a b\($0)" }.joined(separator: " ")
        let found = try findings(detector, [Post(text)]).found
        #expect(found.map { $0.fact?.description } == ["many-combinations", nil, nil])
        #expect(found[0].value == 10)
        #expect(found[1].signal?.reference == "combination:near(3; a; b7)")
    }

    /// A text that is made to take long says that not all was looked at.
    @Test func aFloodOfHitsIsSaidToBe() throws {
        let detector = try detector(["near(2; a; zebra)", "without(b; zebra)"])
        let flood = String(repeating: "a b ", count: 4_000) + "zebra"
        let found = try findings(detector, [Post(flood), Post("b")])
        #expect(found.unavailable == [Unavailable(event: 0, reason: "combination-limit")])
        #expect(found.found.map(\.event) == [1])
        // A thousand combinations of words that stand a thousand times.
        let many = try self.detector((0..<2_000).map { "near(\(2 + $0 % 99); a; b\($0 % 5 == 0 ? "" : "|x\($0)"))" })
        let heavy = try findings(many, [Post(String(repeating: "a b ", count: 1_000))])
        #expect(heavy.unavailable == [Unavailable(event: 0, reason: "combination-limit")])
        #expect(heavy.found.count == 65)
    }

    @Test func whatCanNotBeLookedForIsLeftOutAndSaid() throws {
        let notes = Notes()
        let bad = signal("near(3; \u{AD}; b)", type: .combination)
        let set = SignalSet([bad, signal("near(3; a; b)", type: .combination)])
        let matcher = try CombinationMatcher(set) { notes.add("\($0.value): \($1)") }
        #expect(matcher.combinations.members.count == 1)
        #expect(notes.all == ["near(3; \u{AD}; b): value: nothing is left when it is folded (in \"\u{AD}\")"])
        #expect(textProblem(bad) != nil)
        #expect(textProblem(signal("near(3; a; b)", type: .combination)) == nil)
    }

    @Test func anEmptySetFindsNothing() throws {
        #expect(try findings(try detector([]), [Post("a b")]).isEmpty)
    }
}
