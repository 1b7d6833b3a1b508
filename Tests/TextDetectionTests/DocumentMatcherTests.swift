import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct DocumentMatcherTests {
    private static let known: [[String]] = {
        var maker = RandomDocument(seed: 11)
        return (0..<60).map { _ in maker.words(300) }
    }()

    private static let matcher = DocumentMatcher(
        SignalSet(known.enumerated().map { document(text($1), id: "\($0)") }))

    private func found(_ text: String) throws -> [(id: String, RepeatedDocument)] {
        let matcher = DocumentMatcherTests.matcher
        let (found, isComplete) = try #require(matcher.documents(in: text))
        #expect(isComplete)
        return found.map { (matcher.signal(of: $0)?.id ?? "none", $0) }
    }

    @Test func aCopyIsCoveredOnBothSides() throws {
        let known = DocumentMatcherTests.known[7]
        let copy = text(known)
        let matches = try found(copy)
        #expect(matches.map(\.id) == ["7"])
        #expect(matches[0].1.coverageOfText == 1 && matches[0].1.coverageOfDocument == 1)
        #expect(matches[0].1.words == 300 && matches[0].1.range == 0..<copy.utf8.count)
    }

    @Test func anExcerptCoversTheTextAndAQuoteTheDocumentInPart() throws {
        var maker = RandomDocument(seed: 12)
        let quote = Array(DocumentMatcherTests.known[3][100..<160])
        let alone = try found(text(quote))
        #expect(alone.map(\.id) == ["3"])
        #expect(alone[0].1.coverageOfText == 1 && alone[0].1.coverageOfDocument == 0.2)
        let (before, after) = (maker.words(120), maker.words(120))
        let inside = try found(text(before + quote + after))
        #expect(inside.map(\.id) == ["3"])
        // A word beside the quote may happen to be that of the document.
        #expect(abs(inside[0].1.coverageOfText - 0.2) < 0.02)
        #expect(abs(inside[0].1.coverageOfDocument - 0.2) < 0.02)
        let start = text(before).utf8.count + 1
        #expect(abs(inside[0].1.range.lowerBound - start) < 30)
        #expect(abs(inside[0].1.range.upperBound - start - text(quote).utf8.count) < 30)
    }

    @Test func twoPassagesOfOneDocumentAddUp() throws {
        var maker = RandomDocument(seed: 13)
        let known = DocumentMatcherTests.known[9]
        let matches = try found(text(known[0..<60] + maker.words(90) + known[200..<250]))
        #expect(matches.map(\.id) == ["9"])
        #expect((108...114).contains(matches[0].1.words))
        #expect(abs(matches[0].1.coverageOfDocument - 110.0 / 300) < 0.02)
    }

    @Test func severalDocumentsComeByTheWordsThatAreRepeated() throws {
        let all = DocumentMatcherTests.known
        let matches = try found(text(all[1][0..<50] + all[2][0..<90] + all[4][10..<40]))
        #expect(matches.map(\.id) == ["2", "1", "4"])
    }

    @Test(arguments: RandomDocument.Edit.allCases, [0.05, 0.1, 0.2])
    func editedCopiesAreFound(edit: RandomDocument.Edit, share: Double) throws {
        var maker = RandomDocument(seed: 21)
        for (place, known) in DocumentMatcherTests.known.enumerated() {
            let matches = try found(text(maker.edited(known, edit, share: share)))
            #expect(matches.map(\.id) == ["\(place)"])
            // Each word more or less is a step off the diagonal; a stretch ends where there are too many.
            #expect(matches.first?.1.coverageOfDocument ?? 0 > (share < 0.2 ? 0.75 : 0.25))
        }
    }

    @Test func twentyWordsAreFoundAndNineteenAreNot() throws {
        for known in DocumentMatcherTests.known {
            #expect(try found(text(known[140..<160])).count == 1)
            #expect(try found(text(known[140..<159])).isEmpty)
        }
    }

    /// In a longer text 24 of them are asked for.
    @Test func aShortPassageOfALongTextIsNoMatch() throws {
        var maker = RandomDocument(seed: 22)
        for known in DocumentMatcherTests.known {
            let (before, after) = (maker.words(60), maker.words(60))
            #expect(try found(text(before + known[140..<164] + after)).count == 1)
            #expect(try found(text(before + known[140..<158] + after)).isEmpty)
        }
    }

    @Test func otherTextsOfTheSameWordsAreNot() throws {
        var maker = RandomDocument(seed: 31)
        for _ in 0..<100 { #expect(try found(text(maker.words(300))).isEmpty) }
        #expect(try found("").isEmpty)
        #expect(try found("...").isEmpty)
    }

    @Test func disguisedCopiesAreFound() throws {
        let plain = text(DocumentMatcherTests.known[5])
        func mapped(_ change: (Unicode.Scalar) -> [UInt32]) -> String {
            var view = String.UnicodeScalarView()
            for scalar in plain.unicodeScalars {
                view.append(contentsOf: change(scalar).compactMap(Unicode.Scalar.init))
            }
            return String(view)
        }
        let disguises = [
            plain.uppercased(),
            mapped { $0.value > 0x20 ? [$0.value + 0xFEE0] : [$0.value] },
            mapped { [$0.value, 0x200B] },
            mapped { $0.value > 0x20 ? [$0.value, 0xAD] : [$0.value] },
            mapped { (0x61...0x7A).contains($0.value) ? [$0.value - 0x61 + 0x1D41A] : [$0.value] },
            mapped { (0x61...0x7A).contains($0.value) ? [$0.value - 0x61 + 0x24D0] : [$0.value] },
            plain.replacing(" ", with: "\n\t  \u{2003}"),
            plain.replacing(" ", with: " — "),
        ]
        for disguise in disguises {
            let matches = try found(disguise)
            #expect(matches.map(\.id) == ["5"])
            #expect(matches.first?.1.coverageOfDocument == 1)
            #expect(matches.first?.1.range.upperBound ?? 0 >= disguise.utf8.count - 8)
        }
    }

    @Test func fingerprintsMatchAsTheTextDoes() throws {
        let values = try DocumentMatcherTests.known.map { words in
            try #require(DocumentWords.parts(of: text(words))?.first).value
        }
        let matcher = DocumentMatcher(SignalSet(values.enumerated().map { document($1, id: "\($0)") }))
        var maker = RandomDocument(seed: 41)
        for (place, words) in DocumentMatcherTests.known.enumerated() {
            let changed = text(maker.edited(words, .substitute, share: 0.1))
            let plain = try #require(try found(changed).first)
            let printed = try #require(matcher.documents(in: changed)?.found.first)
            #expect(matcher.signal(of: printed)?.id == "\(place)")
            #expect(printed.coverageOfText == plain.1.coverageOfText && printed.range == plain.1.range)
        }
    }

    /// A document of 12 to 19 words is found where all of them stand.
    @Test func shortDocumentsAreFoundInWhole() throws {
        let words = Array(DocumentMatcherTests.known[0][0..<14])
        let matcher = DocumentMatcher(SignalSet([document(text(words))]))
        var maker = RandomDocument(seed: 51)
        let around = maker.words(50)
        #expect(matcher.documents(in: text(around + words + around))?.found.count == 1)
        #expect(matcher.documents(in: text(words))?.found.first?.coverageOfDocument == 1)
        #expect(matcher.documents(in: text(around + words.dropLast() + around))?.found.count == 0)
    }

    @Test func whatCanNotBeLookedForIsNoted() throws {
        let eleven = text(DocumentMatcherTests.known[0][0..<11])
        let old = DocumentWords(folding: 0, hashes: Array(1...40)).value
        let notes = Notes()
        let matcher = DocumentMatcher(SignalSet([document(eleven), document(old), document("… — !")])) {
            notes.add("\($0.value.prefix(8)) \($1)")
        }
        #expect(matcher.index.count == 1)
        #expect(notes.all.count == 3)
        #expect(
            notes.all.contains {
                $0.contains("has 11 words; a document has 12 to 24000, and a shorter text is a phrase")
            })
        #expect(notes.all.contains { $0.contains("version 0 of the folding") })
        #expect(documentProblem(document(eleven))?.contains("fewer words") == true)
        #expect(documentProblem(document(old)) == nil)
        #expect(documentProblem(signal("turnip")) == nil)
    }

    /// The order in which signals come, or other signals beside them, change nothing.
    @Test(arguments: UInt64(1)...5) func theOrderOfSignalsDoesNotMatter(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var maker = RandomDocument(seed: 61)
        let base = maker.words(80)
        // More versions than a fingerprint is kept for.
        var signals = (0..<30).map { document(text(maker.edited(base, .substitute, share: 0.1)), id: "v\($0)") }
        signals[17].opinion = .positive
        let query = text(base)
        func ids(_ signals: [Signal]) throws -> [String?] {
            let matcher = DocumentMatcher(SignalSet(signals))
            return try #require(matcher.documents(in: query)).found.map { matcher.signal(of: $0)?.id }
        }
        let first = try ids(signals)
        #expect(first.contains("v17"))
        #expect(first.count >= 5)
        signals.shuffle(using: &random)
        #expect(try ids(signals + [signal("turnip")]) == first)
    }
}
