import TestSupport
import Testing

@testable import TextDetection

@Suite struct ClassifierScanTests {
    private static let words = [
        "turnip", "front", "the", "a", "рынок", "السوق", "kale", "x", "1", "marrow", "بازار", "über",
    ]

    private func text(words count: Int, _ random: inout SplitMix64) -> String {
        (0..<count).map { _ in ClassifierScanTests.words.randomElement(using: &random) ?? "" }.joined(separator: " ")
    }

    /// Against a model that adds up one feature after the other, for texts of less than a stretch and of many.
    @Test(arguments: UInt64(1)...60)
    func scoresAreThoseOfThePlainModel(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let made = MadeModel(seed: seed)
        let model = try made.model()
        var scan = ClassifierScan()
        defer { scan.deallocate() }
        for _ in 0..<10 {
            let text = text(words: Int.random(in: 0...160, using: &random), &random)
            let folded = try #require(FoldedText(text)).bytes
            let score = folded.withUnsafeBufferPointer { scan.score($0, by: model) }
            let symbols = (0..<scan.symbols.count).map { scan.symbols.symbols[$0] }
            guard let score else {
                #expect(symbols.count <= 1)
                continue
            }
            let expected = ScoreModel(file: made).logits(symbols)
            for lane in 0..<4 { #expect(abs(score.logits[lane] - expected[lane]) < 1e-9) }
        }
    }

    /// The largest weights everywhere: sums of a block must not run over.
    @Test(arguments: [Int8(-128), 127])
    func extremeWeightsDoNotOverflow(weight: Int8) throws {
        var made = MadeModel()
        made.weights = made.weights.map { _ in [weight, weight, weight, weight] }
        let model = try made.model()
        // As many words as fit: each letter differs from the last, or it would be taken for the same.
        let text = String(repeating: "ab c ", count: 300)
        let folded = try #require(FoldedText(text)).bytes
        var scan = ClassifierScan()
        defer { scan.deallocate() }
        let score = try #require(folded.withUnsafeBufferPointer { scan.score($0, by: model) })
        let symbols = (0..<scan.symbols.count).map { scan.symbols.symbols[$0] }
        #expect(abs(score.logits[0] - ScoreModel(file: made).logits(symbols)[0]) < 1e-9)
    }

    /// What stands far around a sentence takes nothing from its score.
    @Test func paddingHidesNothing() throws {
        let made = MadeModel(seed: 3)
        let classifier = TextClassifier(try made.model())
        let core = String(repeating: "turnip front kale marrow the ", count: 18)
        let alone = try #require(classifier.classify(core)).scores
        let filler = String(repeating: "über x ", count: 400)
        let padded = try #require(classifier.classify(filler + core + filler)).scores
        // Blocks may fall otherwise, by less than one; the longer text has some stretch that is nearly the core's.
        for (one, other) in zip(alone, padded) { #expect(other > one - 0.15) }
    }

    @Test(arguments: UInt64(1)...40)
    func evidenceLiesInTheTextAndSpeaksForTheLabel(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let classifier = TextClassifier(try MadeModel(seed: seed).model())
        let text = text(words: Int.random(in: 1...120, using: &random), &random)
        let result = try #require(classifier.classify(text, thresholds: [0, 0, 0]))
        let bytes = Array(text.utf8)
        for label in classifier.model.labels {
            let evidence = result.evidence.filter { $0.label == label }
            #expect(evidence.count <= ClassifierEvidence.most)
            #expect(evidence.map(\.weight) == evidence.map(\.weight).sorted(by: >))
            for item in evidence {
                #expect(item.weight > 0 && item.span.lowerBound < item.span.upperBound)
                #expect(item.span.upperBound <= bytes.count)
                let slice = bytes[item.span]
                #expect(String(validating: slice, as: UTF8.self) != nil, "a span cuts a character")
                // Words as they stand, without what is around them.
                #expect(slice.first != UInt8(ascii: " ") && slice.last != UInt8(ascii: " "))
            }
        }
        #expect(classifier.classify(text)?.evidence.isEmpty == true)
        #expect(classifier.classify(text, thresholds: [0, 0, 0]) == result)
    }

    @Test func evidenceNamesTheWordThatWeighs() throws {
        var made = MadeModel()
        made.weights = made.weights.map { _ in [0, 0, 0, 0] }
        let hash = Array("turnip".unicodeScalars).reduce(FeatureHash.wordStart) { FeatureHash.extend($0, $1.value) }
        made.weights[1 << 9 + Int(FeatureHash.word(hash) >> 24)] = [100, 0, 0, 0]
        let classifier = TextClassifier(try made.model())
        let text = "we saw a ＴＵＲＮＩＰ there"
        let evidence = try #require(classifier.classify(text, thresholds: [0, 1, 1])).evidence
        #expect(evidence.map(\.label) == ["first"])
        #expect(evidence.map { String(decoding: Array(text.utf8)[$0.span], as: UTF8.self) } == ["ＴＵＲＮＩＰ"])
    }

    /// The highest of three ways to read what is masked, and more for more of it: so that masking hides nothing.
    @Test(arguments: UInt64(1)...30)
    func maskedWordsAreReadInEveryWay(seed: UInt64) throws {
        let made = MadeModel(seed: seed)
        let classifier = TextClassifier(try made.model())
        let logits = try ["turnip fr*nt k*le here", "turnip here", "turnip frnt kle here"].map { text in
            var symbols = FeatureSymbols()
            defer { symbols.deallocate() }
            try #require(FoldedText(text)).bytes.withUnsafeBufferPointer { symbols.read($0) }
            return ScoreModel(file: made).logits((0..<symbols.count).map { symbols.symbols[$0] })
        }
        let scores = try #require(classifier.classify("turnip fr*nt k*le here", thresholds: [0, 0, 0])).scores
        for lane in 0..<3 {
            let best = (logits.map { $0[lane] }.max() ?? 0) + 1.25 * 0.5  // the root of one in four
            #expect(abs(scores[lane] - TextClassifier.logistic(best)) < 1e-9)
        }
    }

    @Test func aSingleNameWithADotIsNoDisguise() {
        #expect(ClassifierScan.allowance(unknown: 1, of: 2) == 0)
        #expect(ClassifierScan.allowance(unknown: 0, of: 0) == 0)
        #expect(ClassifierScan.allowance(unknown: 9, of: 9) < 1.25)
    }

    @Test(arguments: ["", "...", " \n ", "\u{200B}"])
    func aTextWithoutLettersScoresNothing(text: String) throws {
        let classifier = TextClassifier(try MadeModel().model())
        #expect(classifier.classify(text)?.scores == [0, 0, 0])
    }
}
