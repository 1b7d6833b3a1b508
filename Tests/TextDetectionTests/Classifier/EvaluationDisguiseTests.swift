import Testing

@testable import TextDetection

@Suite struct EvaluationDisguiseTests {
    @Test(arguments: [
        (Disguise.spaces, "Join us tonight", "J o i n  us  t o n i g h t"), (.fullWidth, "now go", "ｎｏｗ go"),
        (.smallCapitals, "bread", "ʙʀᴇᴀᴅ"),
    ])
    func examples(disguise: Disguise, text: String, becomes: String) {
        #expect(disguise.apply(to: text) == becomes)
    }

    /// What a disguise has no letters for it leaves alone, and says so.
    @Test(arguments: [
        (Disguise.smallCapitals, "السوق غدا"), (.fullWidth, "рынок"), (.leet, "بازار"), (.arabicMarks, "market"),
        (.masked, "a to"), (.enclosed, "рынок завтра"),
    ])
    func changesNothing(disguise: Disguise, text: String) {
        #expect(disguise.apply(to: text) == nil)
    }

    @Test(arguments: Disguise.allCases)
    func eachChangesTextsOfItsScripts(disguise: Disguise) {
        let texts = ["Storm the market tomorrow", "Завтра сожгите рынок", "أحرقوا السوق غدا"]
        let changed = texts.filter { disguise.apply(to: $0) != nil }
        #expect(!changed.isEmpty)
        for text in texts {
            #expect(disguise.apply(to: text) == disguise.apply(to: text), "not the same each time")
            guard let disguised = disguise.apply(to: text) else { continue }
            #expect(!disguised.utf8.elementsEqual(text.utf8))
        }
    }

    /// Folding undoes some of them already, as far as it goes today; the classifier's symbols undo others.
    @Test(arguments: [
        Disguise.zeroWidth, .softHyphen, .fullWidth, .leet, .repeated, .lookAlikes, .reversed,
    ])
    func symbolsOfSomeAreThoseOfTheTextItself(disguise: Disguise) throws {
        let text = "Burn the market tomorrow morning"
        let disguised = try #require(disguise.apply(to: text))
        #expect(try symbols(text) == symbols(disguised))
    }

    /// Words that are spelt out are told apart by the gaps between them, which folding alone would lose.
    @Test func wordsThatAreSpeltOutAreReadAsTheyAre() throws {
        let classifier = TextClassifier(try MadeModel(seed: 5).model())
        let text = "Burn the market tomorrow morning, in Karsum."
        let disguised = try #require(Disguise.spaces.apply(to: text))
        #expect(classifier.classify(disguised)?.scores == classifier.classify(text)?.scores)
        // Wide gaps everywhere part nothing.
        #expect(classifier.classify("s  t  o  r  m")?.scores == classifier.classify("storm")?.scores)
    }

    /// A word by itself, and a whole text.
    @Test func turnedTextsAreShownAsTheyWere() {
        let turned = (0..<20).compactMap { Disguise.reversed.apply(to: "storm it", seed: $0) }
        #expect(Set(turned) == ["\u{202E}mrots\u{202C} it", "\u{202E}ti mrots\u{202C}"])
        #expect(Disguise.reversed.apply(to: "السوق", seed: 1) == "\u{202D}قوسلا\u{202C}")
    }

    private func symbols(_ text: String) throws -> [UInt32] {
        let folded = try #require(FoldedText(text)).bytes
        var symbols = FeatureSymbols()
        defer { symbols.deallocate() }
        folded.withUnsafeBufferPointer { symbols.read($0) }
        return (0..<symbols.count).map { symbols.symbols[$0] }
    }
}
