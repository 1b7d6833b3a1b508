import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct LinkDetectorTests {
    private static let signals: [Signal] = {
        var group = Signal(type: .url, value: "https://host.example/group")
        group.match = .prefix
        return [
            Signal(type: .domain, value: "known.example"), Signal(type: .url, value: "https://host.example/page?id=1"),
            group, Signal(type: .domain, value: "192.0.2.7"),
        ]
    }()

    private func findings(_ posts: [Post], _ signals: [Signal] = signals, most: Int = 1_000) throws -> [Finding] {
        let batch = try batch(posts)
        return LinkDetector(SignalSet(signals), most: most).inspect(
            Inspection(
                batch: batch, selection: .all(batch.count), media: MediaFacts(unreadCount: batch.media.count))
        ).found
    }

    /// What of a text was found, as it stands there.
    private func found(_ text: String, _ signals: [Signal] = signals) throws -> [String] {
        try findings([Post(text)], signals).compactMap(\.span).map { span in
            String(decoding: Array(text.utf8)[span.start..<span.end], as: UTF8.self)
        }
    }

    /// Each with a text in which it stands, to be found exactly so.
    @Test(arguments: [
        "known.example", "https://known.example", "http://www.known.example/a/b?c=d#e", "KNOWN.EXAMPLE/x",
        "https://user:word@known.example:8443/x", "host.example/group/7", "known.example:8080",
        "https://host.example/page?id=1",
        // Brackets, spaces, other dots.
        "known[.]example", "known(.)example", "known{.}example", "known[dot]example", "known (dot) example",
        "known [ . ] example", "known . example", "known .example", "known dot example", "known DOT example",
        "hxxp://known.example/x", "hXXps://known[.]example", "h**p://known.example", "https[:]//known.example",
        "host.example[/]group", "known。example", "known．example", "known｡example",
        "known․example",
        "ｋｎｏｗｎ．ｅｘａｍｐｌｅ", "ｈｔｔｐ：／／known.example", "http:∕∕known.example",
        // What is not seen.
        "kno\u{AD}wn.exam\u{200B}ple", "known\u{2060}.\u{FEFF}example", "kn\u{200D}own.example",
        // Percent signs; slashes that lean back; numbers for an address.
        "https://known%2Eexample/", "%6Bnown.example", "http:\\\\known.example\\x", "http://3221225991/x",
        "http://0xC0.0.2.7/", "192.0.2.7",
    ])
    func linksAreFoundHoweverTheyAreWritten(link: String) throws {
        #expect(try found(link) == [link])
        #expect(try found("Look: \(link) is where they meet") == [link])
        #expect(try found("(\(link))") == [link])
        #expect(try found("Zuerst Ümläute, dann \(link), und mehr.") == [link])
    }

    @Test(arguments: [
        "unknown.example", "known.examples", "example.known", "known-example", "known example", "known. example",
        "known, example", "host.example/page", "host.example/groups", "https://good.example/?q=known",
        "knownXexample", "0.192.0.2.7.1", "I know dot. example sentence",
    ])
    func nothingElseIsFound(text: String) throws {
        #expect(try findings([Post(text)]).isEmpty)
    }

    @Test func linksInLinksAreFound() throws {
        #expect(try found("https://go.example/?u=https://known.example/x").count == 1)
        #expect(try found("https://go.example/?u=https%3A%2F%2Fknown.example%2Fx").count == 1)
        #expect(try found("https://archive.example/web/2020/https://host.example/page?id=1").count == 1)
    }

    /// Where no spaces stand between words, and at the ends of sentences.
    @Test(arguments: [
        "詳しくはknown.exampleを見て", "詳しくはhttps://known.example/詳細を見て", "ดูที่known.exampleนะ", "known.example。次の文",
        "“known.example”", "//known.example", "http[://]known.example", "<known.example>", "known.example…",
        "см.known.example",
    ])
    func linksEndWhereAnotherScriptBegins(text: String) throws {
        for around in [text, "a b. c \(text) d"] {
            #expect(try findings([Post(around)]).contains { $0.signal?.reference == "domain:known.example" })
        }
    }

    @Test func oneFindingForASignalAndAField() throws {
        let found = try findings([
            Post("a known.example/1, b known.example/2 and known[.]example", title: "é known.example"), Post("nothing"),
        ])
        #expect(
            Set(found.map(words)) == [
                "0 domain:known.example title 3..<16", "0 domain:known.example body 2..<17 ×3", "0 disguised-link ×1",
            ])
    }

    /// However many forms of it are looked up.
    @Test func aPlaceCountsOnce() throws {
        let found = try findings([Post("known.example https://known%2Eexample/ 見known.example吧 kno\u{AD}wn.example/x")])
        #expect(
            Set(found.map(words)) == ["0 domain:known.example body 0..<13 ×4", "0 disguised-link ×2"])
    }

    @Test func whatForwardsIsNamed() throws {
        let found = try findings([Post("https://bit.ly/3abc T.CO/x tinyurl.com bit.ly habit.ly/x")], [])
        #expect(found.map(words) == ["0 shortened-link ×2"])
    }

    @Test func aFloodOfLinksIsNamed() throws {
        let flood = (0..<50).map { "a\($0).example" }.joined(separator: " ") + " known.example"
        let found = try findings([Post(flood), Post("known.example")], most: 50)
        #expect(found.map(words) == ["0 many-links ×50", "1 domain:known.example body 0..<13"])
    }

    /// Or a long text would be a flood.
    @Test func endsOfSentencesAreNoLinks() throws {
        let sentences = (0..<2_000).map { "It is word\($0). " }.joined()
        let found = try findings([Post(sentences + "known.example. Indeed.")], most: 1)
        #expect(
            found.map(words) == ["0 domain:known.example body \(sentences.utf8.count)..<\(sentences.utf8.count + 13)"])
    }

    @Test func expiredSignalsDoNotMatch() throws {
        var expired = Signal(type: .domain, value: "known.example")
        expired.expiresAt = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        #expect(try findings([Post("known.example")], [expired]).isEmpty)
    }

    /// Nothing is read outside of a text, and what an attacker repeats takes time in proportion.
    @Test(arguments: [
        ".", "[.]", "a.", ". ", "://", ":", "%2e", "[", "a . ", "ａ．", "@a.b", "http://a:", "((", "\u{200B}.",
        "a.b/)", "a.b]",
    ])
    func whateverIsRepeated(piece: String) throws {
        for count in [1, 2, 3, 3_000 / piece.utf8.count] {
            let text = String(repeating: piece, count: count)
            #expect(try findings([Post(text + "/" + text + " known.example")]).allSatisfy { $0.event == 0 })
        }
    }
}
