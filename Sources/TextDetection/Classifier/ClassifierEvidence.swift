/// The words that weighed most for a label; worked out only where a score passes its threshold.
struct ClassifierEvidence {
    struct Span: Equatable {
        /// In the folded text.
        var bytes: Range<Int>
        /// Share in the logit.
        var weight: Double
    }

    /// Spans of one label, at most.
    static let most = 3

    /// Each feature's weight is shared out among its symbols, and a word has what its symbols have. Words beside each
    /// other that both speak for the label are one span.
    ///
    /// - Parameter first: the first block of the stretch that has the score.
    /// - Returns: the heaviest first; those of equal weight as they stand in the text.
    static func spans(
        of lane: Int, in scan: ClassifierScan, from first: Int32, by model: ClassifierModel
    ) -> [Span] {
        let range = scan.range(ofWindow: first)
        let slope = model.slopes[lane]
        guard slope > 0 else { return [] }
        // With room behind the last symbol for where n-grams end.
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: range.count + longestGram + 1) { shares in
            var features = shareGrams(of: lane, in: scan, range, model, shares)
            var spans = HeaviestSpans()
            features += forEachWord(of: lane, in: scan, range, model) { word, weight in
                let places = scan.symbols.places
                let bytes = Int(places[word.lowerBound])..<Int(places[word.upperBound])
                var grams: Int32 = 0
                for place in word { grams &+= shares[place - range.lowerBound] }
                spans.add(bytes, Double(grams) / Double(shareUnits) + weight)
            }
            let scale = slope / Double(max(1, features)).squareRoot()
            return spans.all.compactMap { span in
                // A slope next to nothing makes nothing of a weight, and what has none is no evidence.
                let weight = span.weight * scale
                return weight > 0 ? Span(bytes: span.bytes, weight: weight) : nil
            }
        }
    }

    /// Symbols of the longest n-gram.
    private static let longestGram = 5
    /// What three, four and five symbols can share without a fraction.
    private static let shareUnits: Int32 = 60

    /// Fills in what each symbol has of the n-grams that begin in a stretch, in `shareUnits` of a weight.
    ///
    /// - Returns: how many n-grams there are.
    private static func shareGrams(
        of lane: Int, in scan: ClassifierScan, _ range: Range<Int>, _ model: ClassifierModel,
        _ shares: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        shares.initialize(repeating: 0)
        let shift = UInt32(8 * lane)
        func weight(_ hash: UInt32) -> Int32 {
            Int32(truncatingIfNeeded: model.grams[Int(hash >> model.gramShift)] &>> shift & 0xFF) &- 128
        }
        let (a, b, c, d, e) = FeatureHash.factors
        let (three, four, five) = FeatureHash.lengths
        let (text, count) = (scan.symbols.symbols, scan.symbols.count)
        var features = 0
        // First how much each symbol has more than the one before it; then the sums.
        for place in range where place + 3 <= count {
            let (here, offset) = (text + place, place - range.lowerBound)
            func share(_ hash: UInt32, among symbols: Int) {
                let each = weight(hash) &* (shareUnits / Int32(symbols))
                shares[offset] &+= each
                shares[offset + symbols] &-= each
                features += 1
            }
            let hash3 = here[0] &* a &+ here[1] &* b &+ here[2] &* c &+ three
            share(hash3, among: 3)
            let hash4 = hash3 &+ here[3] &* d &+ four
            if place + 4 <= count { share(hash4, among: 4) }
            let hash5 = hash4 &+ here[4] &* e &+ five
            if place + 5 <= count { share(hash5, among: 5) }
        }
        var sum: Int32 = 0
        for offset in shares.indices {
            sum &+= shares[offset]
            shares[offset] = sum
        }
        return features
    }

    /// Calls `body` with the symbols of each word that begins and ends in a stretch, and with its own weight and its
    /// shares in those of the pairs with its neighbours.
    ///
    /// - Returns: how many words and pairs there are.
    private static func forEachWord(
        of lane: Int, in scan: ClassifierScan, _ range: Range<Int>, _ model: ClassifierModel,
        _ body: (Range<Int>, Double) -> Void
    ) -> Int {
        func weight(_ hash: UInt32) -> Double {
            Double(Int(model.words[Int(hash >> model.wordShift)] >> UInt32(8 * lane) & 0xFF) - 128)
        }
        let text = scan.symbols.symbols
        // A word is told once the one behind it is known.
        var previous: (symbols: Range<Int>, hash: UInt32, weight: Double)?
        var features = 0
        var start: Int?
        var hash = FeatureHash.wordStart
        for place in range {
            guard text[place] == FeatureSymbols.space else {
                hash = FeatureHash.extend(hash, text[place])
                continue
            }
            if let start, place > start {
                let symbols = start..<place
                var own = weight(FeatureHash.word(hash))
                features += 1
                if let previous {
                    let pair = weight(FeatureHash.pair(previous.hash, hash))
                    let all = Double(place - previous.symbols.lowerBound)
                    own += pair * Double(symbols.count) / all
                    body(previous.symbols, previous.weight + pair * Double(previous.symbols.count) / all)
                    features += 1
                }
                previous = (symbols, hash, own)
            }
            start = place + 1
            hash = FeatureHash.wordStart
        }
        if let previous { body(previous.symbols, previous.weight) }
        return features
    }
}

/// Words one after another, of which those that weigh more than nothing are joined; the heaviest are kept.
private struct HeaviestSpans {
    private var kept: [ClassifierEvidence.Span] = []
    private var last: ClassifierEvidence.Span?

    mutating func add(_ bytes: Range<Int>, _ weight: Double) {
        guard weight > 0 else { return end() }
        last = ClassifierEvidence.Span(
            bytes: (last?.bytes.lowerBound ?? bytes.lowerBound)..<bytes.upperBound, weight: (last?.weight ?? 0) + weight
        )
    }

    var all: [ClassifierEvidence.Span] {
        var whole = self
        whole.end()
        return whole.kept
    }

    private mutating func end() {
        guard let span = last else { return }
        last = nil
        // Behind those of the same weight, which stand before it in the text.
        let place = kept.firstIndex { $0.weight < span.weight } ?? kept.count
        guard place < ClassifierEvidence.most else { return }
        if kept.count == ClassifierEvidence.most { kept.removeLast() }
        kept.insert(span, at: place)
    }
}
