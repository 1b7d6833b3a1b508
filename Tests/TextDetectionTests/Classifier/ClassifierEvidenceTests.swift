import TestSupport
import Testing

@testable import TextDetection

@Suite struct ClassifierEvidenceTests {
    private static let words = ["turnip", "front", "the", "a", "рынок", "السوق", "kale", "x", "9", "marrow", "über"]

    /// Against a model that gives each symbol its share of one feature after the other.
    @Test(arguments: UInt64(1)...60)
    func spansAreThoseOfThePlainModel(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let model = try MadeModel(seed: seed).model()
        var scan = ClassifierScan()
        defer { scan.deallocate() }
        for _ in 0..<10 {
            let text = (0..<Int.random(in: 1...150, using: &random)).map { _ in
                ClassifierEvidenceTests.words.randomElement(using: &random) ?? ""
            }.joined(separator: " ")
            let folded = try #require(FoldedText(text)).bytes
            let score = try #require(folded.withUnsafeBufferPointer { scan.score($0, by: model) })
            for lane in 0..<3 {
                let first = score.windows[lane]
                let plain = PlainEvidence(lane, scan, scan.range(ofWindow: first), model)
                // Where a word weighs next to nothing, rounding decides whether it parts two spans.
                guard plain.words.allSatisfy({ abs($0.weight) > 1e-9 }) else { continue }
                let spans = ClassifierEvidence.spans(of: lane, in: scan, from: first, by: model)
                let expected = plain.spans()
                #expect(spans.map(\.bytes) == expected.map(\.bytes))
                for (span, other) in zip(spans, expected) { #expect(abs(span.weight - other.weight) < 1e-9) }
            }
        }
    }
}

private struct PlainEvidence {
    var words: [ClassifierEvidence.Span] = []
    private var shares: [Double]

    init(_ lane: Int, _ scan: ClassifierScan, _ range: Range<Int>, _ model: ClassifierModel) {
        let symbols = (0..<scan.symbols.count).map { scan.symbols.symbols[$0] }
        shares = Array(repeating: 0, count: symbols.count)
        var features = 0
        func weight(_ bucket: UInt32) -> Double { Double(Int(bucket >> UInt32(8 * lane) & 0xFF) - 128) }
        func share(_ weight: Double, _ places: Range<Int>) {
            features += 1
            for place in places { shares[place] += weight / Double(places.count) }
        }
        for place in range {
            for length in 3...5 where place + length <= symbols.count {
                let hash = ScoreModel.gram(symbols[place..<place + length])
                share(weight(model.grams[Int(hash >> model.gramShift)]), place..<min(place + length, symbols.count))
            }
        }
        // What lies behind the stretch is not its own.
        for place in range.upperBound..<max(range.upperBound, symbols.count) { shares[place] = 0 }
        var found: [Range<Int>] = []
        let spaces = range.filter { symbols[$0] == FeatureSymbols.space }
        for (one, next) in zip(spaces, spaces.dropFirst()) where next > one + 1 { found.append(one + 1..<next) }
        func hash(_ word: Range<Int>) -> UInt32 {
            symbols[word].reduce(FeatureHash.wordStart) { FeatureHash.extend($0, $1) }
        }
        for word in found { share(weight(model.words[Int(FeatureHash.word(hash(word)) >> model.wordShift)]), word) }
        for (one, next) in zip(found, found.dropFirst()) {
            let pair = FeatureHash.pair(hash(one), hash(next))
            share(weight(model.words[Int(pair >> model.wordShift)]), one.lowerBound..<next.upperBound)
        }
        let scale = model.slopes[lane] / Double(max(1, features)).squareRoot()
        words = found.map { word in
            ClassifierEvidence.Span(
                bytes: Int(scan.symbols.places[word.lowerBound])..<Int(scan.symbols.places[word.upperBound]),
                weight: shares[word].reduce(0, +) * scale)
        }
    }

    func spans() -> [ClassifierEvidence.Span] {
        var joined: [ClassifierEvidence.Span] = []
        var continues = false
        for word in words {
            if word.weight > 0, continues, let last = joined.popLast() {
                joined.append(
                    ClassifierEvidence.Span(
                        bytes: last.bytes.lowerBound..<word.bytes.upperBound, weight: last.weight + word.weight))
            } else if word.weight > 0 {
                joined.append(word)
            }
            continues = word.weight > 0
        }
        return Array(
            joined.sorted { ($1.weight, $0.bytes.lowerBound) < ($0.weight, $1.bytes.lowerBound) }
                .prefix(ClassifierEvidence.most))
    }
}
