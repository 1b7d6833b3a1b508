import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// Texts made to cost much: what they take is bounded by their length, and what stands behind them is found.
@Suite(.timeLimit(.minutes(10))) struct HostileTextTests {
    private static let longest = DecodeLimits().textBytes

    /// Marks in the worst order, all kinds of bidirectional controls, code points that nobody has assigned, those that
    /// expand most, those that vanish, jamo that never compose.
    private static let floods = [
        "\u{301}\u{323}", "\u{0F73}\u{0F71}", "\u{5B0}\u{5C4}", "\u{202E}\u{202C}",
        "\u{2066}\u{2069}\u{200F}", "\u{061C}", "\u{378}", "\u{E0080}", "\u{2FFFF}", "\u{50000}", "\u{10FFFF}",
        "\u{F0000}", "\u{E000}", "\u{FDFA}", "\u{1FB7}",
        "\u{0390}", "\u{1D160}", "\u{AD}\u{200B}", "\u{E0041}", "\u{FE0F}", "\u{1100}", "\u{1161}", "\u{11A8}\u{1100}",
        "\u{FFFD}", "\u{200D}🎉", "a\u{301}", "\u{0}",
    ]

    @Test(arguments: floods) func floodsStayInBounds(piece: String) throws {
        let word = " turnip"
        let count = (HostileTextTests.longest - word.utf8.count) / piece.utf8.count
        let text = String(repeating: piece, count: count) + word
        let folded = try #require(FoldedText(text))
        // The most that one character becomes is 18 characters (U+FDFA), 33 bytes of its three.
        #expect(folded.bytes.count <= 11 * text.utf8.count)
        #expect(folded.edits.count <= text.unicodeScalars.count)
        let findings = try detector([signal("turnip")]).findings(try batch([Post(text), Post("turnip")]))
        #expect(findings.found.map(\.event).sorted() == [0, 1])
        #expect(findings.found.first { $0.event == 0 }?.span?.end == text.utf8.count)
    }

    /// A thousand of the longest texts, one after the other, leave nothing behind: together they are larger than the bound.
    @Test func floodsTakeNoMemory() async {
        await #expect(processExitsWith: .success) {
            let detector = try detector([signal("turnip")])
            let texts = HostileTextTests.floods.map {
                String(repeating: $0, count: HostileTextTests.longest / $0.utf8.count)
            }
            let look = { (texts: [String]) in
                for text in texts { _ = detector.findings(try batch([Post(text)])) }
            }
            try look(texts)
            try MemoryBound.expect(within: 0, of: texts) { texts in
                for _ in 0..<40 { try look(texts) }
            }
        }
    }

    /// Every length of one letter at every place of a text of it: a hit of each, counted and forgotten.
    @Test func overlappingTermsTakeOneTallyEach() throws {
        let signals = (1...200).map { signal(String(repeating: "a", count: $0), .substring) }
        let matcher = try TermMatcher(SignalSet(signals))
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: HostileTextTests.longest)
        let folded = try #require(text.withUnsafeBufferPointer { FoldedTexts($0) })
        let tallies = matcher.withWorkspace { workspace, database in
            #expect(matcher.scan(folded, 0..<1, workspace, database))
            return workspace.tallies
        }
        #expect(tallies?.count == 200)
        #expect(tallies?.map(\.count).max() == UInt32(text.count))
    }

    /// Of a hundred thousand words none is lost, and a verdict names no more than `most` of those that are terms.
    @Test func aHundredThousandTokensAreLookedThrough() throws {
        let tokens = (0..<100_000).map { "w\($0)" }
        let body = tokens.joined(separator: " ")
        let json = """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e",
             "data":{"account":{"id":"a"},"text":{"body":"\(body)"}}}
            """
        #expect(try decoded(json, DecodeLimits()).error?.code == .textTooLong)
        var limits = DecodeLimits()
        limits.textBytes = 1 << 20
        let (batch, error) = try decoded(json, limits)
        #expect(error == nil)
        let terms = stride(from: 0, to: tokens.count, by: 50).map { signal(tokens[$0]) }
        let found = try detector(terms).findings(batch).found
        #expect(found.count == 65)
        #expect(found.compactMap { $0.fact == nil ? nil : $0.value } == [2_000])
    }

    private func decoded(_ json: String, _ limits: DecodeLimits) throws -> (batch: EventBatch, error: DecodeError?) {
        var builder = EventBatch.Builder()
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            EventDecoder(limits: limits).decode(
                RecordView(value: bytes, offset: 0, timestamp: Timestamp(nanoseconds: 0)), headers: NoHeaders(),
                into: &builder)
        }
        return (builder.finish(topic: "uploads", partition: 0), error)
    }
}
