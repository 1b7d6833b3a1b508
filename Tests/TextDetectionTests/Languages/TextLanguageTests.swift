import Testing

@testable import TextDetection

/// Each row of `TextLanguage`'s table.
@Suite struct TextLanguageTests {
    private let id = Language.set(of: "id")
    private let ms = Language.set(of: "ms")
    private let en = Language.set(of: "en")

    private func admits(
        _ outcome: LanguageVote.Outcome, _ voted: LanguageSet, leans: Bool = true, identified: String? = nil,
        _ languages: [String], stated: String = ""
    ) -> Bool {
        TextLanguage(
            vote: LanguageVote(outcome: outcome, languages: voted, leans: leans),
            identified: identified.map { Array($0.utf8) }
        ).admits(languages.map { Array($0.utf8) }, stated: Array(stated.utf8))
    }

    @Test(arguments: ["", "id", "en", "xx"])
    func aCertainVoteDecides(stated: String) {
        #expect(admits(.sure, id, ["id"], stated: stated))
        #expect(admits(.sure, id, ["ar", "id"], stated: stated))
        #expect(!admits(.sure, id, ["ar", "en"], stated: stated))
        #expect(admits(.among, id.union(ms), ["ms"], stated: stated))
        #expect(!admits(.among, id.union(ms), ["en"], stated: stated))
    }

    @Test(arguments: ["", "id", "en"])
    func inAMixedTextItCounts(stated: String) {
        #expect(admits(.mixed, id.union(en), ["ar"], stated: stated))
    }

    @Test(arguments: ["", "id", "en"])
    func theIdentifierDecidesWhereTheVoteIsUnsure(stated: String) {
        #expect(admits(.unsure, .none, identified: "id", ["id"], stated: stated))
        #expect(!admits(.unsure, .none, identified: "id", ["en"], stated: stated))
        #expect(!admits(.unsure, en, identified: "id", ["ar"], stated: stated))
        // Most of the vote speaks for the signal's.
        #expect(admits(.unsure, en.union(id), identified: "fr", ["en"], stated: stated))
        // It takes Indonesian for Malay, and the other way round.
        #expect(admits(.unsure, .none, identified: "ms", ["id"], stated: stated))
        // One that the vote does not know, and other names of those that it does.
        #expect(admits(.unsure, .none, identified: "mg", ["mg"], stated: stated))
        #expect(!admits(.unsure, .none, identified: "mg", ["id"], stated: stated))
        #expect(admits(.unsure, .none, identified: "iw", ["he"], stated: stated))
        #expect(admits(.unsure, .none, identified: "no", ["nb"], stated: stated))
    }

    @Test func whatTheEventStatesDecidesNothingAlone() {
        for stated in ["", "id", "en", "xx"] {
            #expect(admits(.unsure, .none, ["id"], stated: stated), "no evidence: \(stated)")
            #expect(admits(.unsure, id, ["id"], stated: stated), "evidence for the signal's: \(stated)")
            #expect(admits(.unsure, id.union(en), ["id"], stated: stated), "evidence for both: \(stated)")
        }
        #expect(!admits(.unsure, en, ["id"], stated: "en"), "evidence for another, and stated")
        #expect(admits(.unsure, en, leans: false, ["id"], stated: "en"), "hardly any evidence, and stated")
        #expect(admits(.unsure, en, ["id"], stated: "fr"), "stated one for which nothing speaks")
        #expect(admits(.unsure, en, ["id"]), "none stated")
    }

    @Test func noOneLanguageIsAll() {
        #expect(admits(.sure, en, [""], stated: "fr"))
    }

    @Test(
        arguments: [
            ("The library is closed because they are painting the rooms.", ["en"], "id", true),
            ("The library is closed because they are painting the rooms.", ["id"], "id", false),
            ("Perpustakaan ini tidak buka karena kami akan mengecat ruang yang ada di atas.", ["id"], "en", true),
            ("Perpustakaan ini tidak buka karena kami akan mengecat ruang yang ada di atas.", ["en"], "en", false),
            ("lobak", ["id"], "en", true), ("lobak", ["de"], "de", true), ("", ["id"], "en", true),
            ("lobak a", ["id"], "es", true), ("lobak of the moon", ["id"], "en", false),
        ] as [(String, [String], String, Bool)])
    func texts(text: String, languages: [String], stated: String, counts: Bool) {
        var text = text
        let language = text.withUTF8 { TextLanguage(of: $0) }
        #expect(language.admits(languages.map { Array($0.utf8) }, stated: Array(stated.utf8)) == counts)
    }

    /// It calls Hausa, Somali and others English, for lack of better.
    @Test func englishWithoutEnglishWordsIsNone() {
        let text = Array("Big red houses near green rivers under blue skies tonight, children playing outside".utf8)
        text.withUnsafeBufferPointer { text in
            #expect(LanguageIdentifier.identify(text).map { String(decoding: $0, as: UTF8.self) } == "en")
            #expect(LanguageIdentifier.identify(text, LanguageVote()) == nil)
            #expect(LanguageIdentifier.identify(text, LanguageVote(hasEnglish: true)) != nil)
            #expect(TextLanguage(of: text).admits([Array("ha".utf8)], stated: Array("en".utf8)))
        }
    }

    @Test func theIdentifierReadsWhatItMayOnly() {
        // It reads beyond its text; whatever stands there is not part of it.
        let text = Array("Perpustakaan ini tidak buka karena kami akan mengecat ruang yang ada di atas. ".utf8)
        let alone = text.withUnsafeBufferPointer(LanguageIdentifier.identify)
        #expect(alone.map { String(decoding: $0, as: UTF8.self) } == "id")
        let among = text + Array("The library is closed because they paint it.".utf8)
        #expect(
            among.withUnsafeBufferPointer {
                LanguageIdentifier.identify(UnsafeBufferPointer(rebasing: $0[..<text.count]))
            } == alone)
        let short = Array("Semua lobak ini untuk kami.".utf8)
        #expect(short.withUnsafeBufferPointer { LanguageIdentifier.identify($0, LanguageVote()) } == nil)
        #expect([].withUnsafeBufferPointer(LanguageIdentifier.identify) == nil)
        // Cut within a character, and no UTF-8.
        let long = Array(String(repeating: "ж ы ", count: 500).utf8)
        for count in [1_022, 1_023, 1_024, 1_025, 2_000] {
            _ = long.withUnsafeBufferPointer {
                LanguageIdentifier.identify(UnsafeBufferPointer(rebasing: $0[..<count]))
            }
        }
        #expect([0xFF, 0xC3, 0x28].withUnsafeBufferPointer(LanguageIdentifier.identify) == nil)
    }

    @Test func manyTasksAskTheIdentifier() async {
        let texts = LanguageSentences.all.map { Array($0.text.utf8) }
        let expected = texts.map { $0.withUnsafeBufferPointer(LanguageIdentifier.identify) }
        #expect(expected.contains { $0 != nil })
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask { texts.map { $0.withUnsafeBufferPointer(LanguageIdentifier.identify) } != expected }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wrong == 0)
    }
}
