import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct WordDisguiseTests {
    /// Of made-up words in a sentence, as many as docs/text.md promises are found by the view for it, where they stand.
    @Test(arguments: MadeUpWords.languages, WordDisguise.allCases)
    func disguisedWordsAreFound(language: String, disguise: WordDisguise) throws {
        var random = SplitMix64(seed: 20_261)
        let words = (0..<60).map { _ in MadeUpWords.word(language, &random) }
        let views: [TermMatch] = disguise.view.compactMap { TermMatch(rawValue: $0) }
        let signals = words.flatMap { word in views.map { signal(word, $0) } }
        let set = SignalSet(signals)
        let matcher = try TermMatcher(set)
        var (tried, missed) = (0, [String]())
        for word in words {
            guard let disguised = disguise.apply(to: word, &random), disguised != word else { continue }
            let before = MadeUpWords.word(language, &random) + " "
            let text = before + disguised + ", " + MadeUpWords.word(language, &random)
            tried += 1
            let place = before.utf8.count..<before.utf8.count + disguised.utf8.count
            let found = try #require(matcher.occurrences(in: text))
            let isFound = found.contains { occurrence in
                let value = set.signals[Int(occurrence.signal)].value
                return value == word && place.contains(occurrence.range.lowerBound)
                    && occurrence.range.upperBound <= place.upperBound
            }
            if !isFound { missed.append("\(word) as \(disguised)") }
        }
        #expect(missed.count * 20 <= tried, "of \(tried): \(missed)")
    }

    /// None of these is a test of nothing.
    @Test func everyDisguiseIsTried() {
        var random = SplitMix64(seed: 5)
        for disguise in WordDisguise.allCases {
            let tried = MadeUpWords.languages.filter { language in
                (0..<40).contains { _ in
                    let word = MadeUpWords.word(language, &random)
                    return disguise.apply(to: word, &random).map { $0 != word } == true
                }
            }
            #expect(tried.count >= 4, "\(disguise): \(tried)")
        }
    }
}
