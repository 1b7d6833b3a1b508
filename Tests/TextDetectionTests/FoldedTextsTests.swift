import Detection
import Events
import TestSupport
import Testing

@testable import TextDetection

@Suite struct FoldedTextsTests {
    /// Every title and body of the selected events, folded as by itself, each between separators.
    @Test(arguments: UInt64(1)...30) func textsAreThoseOfTheSelectedEvents(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces = ["Ｆｏｏ", "é", "plain words", "", "\u{202E}cba\u{202C}", "рот", "x\u{301}\u{302}"]
        let posts = (0..<9).map { _ in
            Post(
                pieces.randomElement(using: &random),
                title: Bool.random(using: &random) ? pieces.randomElement(using: &random) : nil)
        }
        let batch = try batch(posts)
        let selection = Selection.some((0..<9).filter { _ in Bool.random(using: &random) })
        let folded = FoldedTexts(batch, selection)
        let expected = selection.positions.flatMap { position in
            [(TextSpan.Field.title, posts[position].title), (.body, posts[position].body)].compactMap { field, text in
                text.flatMap { $0.isEmpty ? nil : (event: position, field: field, text: $0) }
            }
        }
        #expect(folded.texts.map(\.event) == expected.map(\.event))
        #expect(folded.texts.map(\.field) == expected.map(\.field))
        for (text, (_, _, original)) in zip(folded.texts, expected) {
            let alone = try #require(FoldedText(original))
            #expect(Array(folded.bytes(of: text)) == alone.bytes)
            #expect(Array(folded.edits[text.edits]) == alone.edits)
            #expect(folded.bytes[text.bytes.lowerBound - 1] == TextFolder.separator)
            #expect(folded.bytes[text.bytes.upperBound] == TextFolder.separator)
            #expect(folded.sourceRange(of: text.bytes, in: text) == alone.sourceRange(of: 0..<alone.bytes.count))
        }
    }

    /// Stretches follow each other without a gap, and no event's texts lie in two.
    @Test(arguments: [0, 1, 40, 100, 10_000]) func stretchesHoldWholeEvents(least: Int) throws {
        let batch = try batch((0..<20).map { Post(String(repeating: "word ", count: $0 % 7), title: "title \($0)") })
        let folded = FoldedTexts(batch, .all(20))
        var events: [Set<Int>] = []
        var first = 0
        while first < folded.texts.count {
            let end = folded.end(ofStretchFrom: first, bytes: least)
            try #require(end > first)
            events.append(Set(folded.texts[first..<end].map(\.event)))
            let bytes = folded.texts[end - 1].bytes.upperBound - folded.texts[first].bytes.lowerBound
            #expect(bytes >= least || end == folded.texts.count)
            first = end
        }
        #expect(events.reduce(0) { $0 + $1.count } == 20)
        #expect(least > 0 || events.count == 20)
        #expect(least < 10_000 || events.count == 1)
    }

    /// What the stage has folded is what a detector would have folded itself.
    @Test func detectorsFindTheSameInWhatIsFoldedForThem() throws {
        let detector = try detector([signal("grey lantern", .word), signal("foo", .substring)])
        let batch = try batch([Post("the Grey Lantern"), Post("nothing"), Post("Ｆｏｏd", title: "GREY  lantern")])
        let alone = detector.findings(batch)
        let shared = detector.inspect(
            Inspection(
                batch: batch, selection: .all(3), media: MediaFacts(unreadCount: 0),
                prepared: FoldedTexts.preparation.make(batch, .all(3))))
        #expect(alone.found.map(words) == shared.found.map(words))
        #expect(alone.found.count == 3)
    }
}
